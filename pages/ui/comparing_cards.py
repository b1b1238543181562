"""Two configurations of the pickers on the same days: the figures of each, what differs, one verdict."""

from __future__ import annotations

import streamlit as st

from core.desk.watching import comparisons_stream
from core.discovery.comparison import estimate_of
from core.schemas.comparison import ComparedSide, Comparison
from pages.ui.card_head import card_head
from pages.ui.format import day, moment, percent
from pages.ui.league_cards import mean_told, share_told
from pages.ui.rows import as_table
from pages.ui.safe import cell, clipped, safe
from storage.queries.comparisons import RecordedComparison

NAME = 40


def comparing_card(strategy: str, known: tuple[RecordedComparison, ...]) -> None:
    """The newest comparison, or the one that is chosen."""
    note = "metric and fuzzy picker by two files, each day as it was known; no model is asked"
    if not known:
        card_head("Two configurations compared", note, stream=comparisons_stream(strategy))
        st.markdown(
            ":gray[Nothing is on record: `cli.py discovery compare A.yaml B.yaml --record` measures "
            "two files in the form of config/discovery.yaml on the same days.]"
        )
        return
    chosen = known[0]
    place = st.container()
    if len(known) > 1:
        names = {_label(one): one for one in known}
        asked = st.selectbox("Comparison", list(names), key="ab", bind="query-params")
        chosen = names.get(asked or "", chosen)
    with place:
        card_head("Two configurations compared", note, event=chosen.event_id)
    one = chosen.comparison
    st.markdown(safe(one.verdict))
    left, right = st.columns([3, 2])
    with left:
        _figures(one)
    with right:
        _differing(one)
    st.markdown(f":gray[:small[{_about(chosen)}]]")


def _label(one: RecordedComparison) -> str:
    names = " or ".join(
        clipped(side.name, NAME) for side in (one.comparison.first, one.comparison.second)
    )
    return f"{names}, {moment(one.at)}, {one.comparison_id[:6]}"


def _figures(one: Comparison) -> None:
    st.dataframe(
        as_table([_side(side, one.horizon) for side in (one.first, one.second)]),
        hide_index=True,
        height="content",
        alt="Each configuration's suggestions and what they brought",
    )


def _side(side: ComparedSide, horizon: int) -> dict[str, object]:
    return {
        "file": cell(side.name, NAME),
        "suggested": side.suggested,
        "above 0": share_told(estimate_of(side.hit_rate)),
        f"mean of {horizon} sessions": mean_told(estimate_of(side.mean)),
        "settings": side.fingerprint[:12],
    }


def _differing(one: Comparison) -> None:
    if not one.differing:
        st.markdown(":gray[The two files hold the same settings.]")
        return
    st.dataframe(
        as_table(
            [
                {
                    "setting": cell(each.setting),
                    cell(one.first.name, NAME): cell(each.first),
                    cell(one.second.name, NAME) + " ": cell(each.second),
                }
                for each in one.differing
            ]
        ),
        hide_index=True,
        height="content",
        alt="The settings in which the two files differ",
    )


def _about(chosen: RecordedComparison) -> str:
    one = chosen.comparison
    span = (
        f", {day(one.first_day)} to {day(one.last_day)}" if one.first_day and one.last_day else ""
    )
    shared = (
        f"{percent(one.shared / one.either, 0)} of symbols suggested by both, "
        if one.either
        else ""
    )
    return (
        f"Second less first, paired by day: {mean_told(estimate_of(one.difference))}; "
        f"{one.days} days{span}, {one.left_out} left out; {shared}prices {safe(chosen.source)}; "
        f"compared {moment(chosen.at)}; intervals of 95 % over blocks of days"
    )
