"""Does the council add value: the answer, the evidence meter, and the chairman against each rival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import pandas as pd
import streamlit as st

from core.rules.lab_picks import WITHOUT
from core.rules.lab_record import RULES, KindRecord
from core.rules.lab_verdict import Answer, answer
from core.rules.statistics.evidence import DEFAULT_RULES, Standing
from core.rules.statistics.paired import PairedDifference, Verdict
from pages.ui import data, lab_data
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.format import UNKNOWN
from pages.ui.lab_charts import interval_dots
from pages.ui.lab_data import Counted
from pages.ui.lab_words import KINDS, line_name, seat_name
from pages.ui.safe import safe
from pages.ui.theme import ACCENT, PEER

BADGES = {
    Verdict.BETTER: ("better", "blue"),
    Verdict.WORSE: ("worse", "orange"),
    Verdict.NO_DIFFERENCE: ("no difference shown", "gray"),
    Verdict.TOO_EARLY: ("too early", "gray"),
}
UNIT = "percentage points a week"
NOTHING = ":gray[No week is over yet: nothing to compare.]"
Rows: TypeAlias = Iterator[dict[str, object]]


def verdict_cards(state: StoreState, counted: Counted) -> None:
    """The whole view."""
    record = lab_data.record(state, counted)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _answer_card(answer(record))
    with right.container(border=True, height="stretch"):
        _meter_card(record.council, record.headline)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _rivals_card(state, counted)
    with right:
        with st.container(border=True):
            _without_card(state, counted)
        with st.container(border=True, height="stretch"):
            _kinds_card(state, counted)


def _answer_card(found: Answer) -> None:
    card_head(
        "Does the council add value?",
        "the chairman against a plain vote on the same pitches",
        type="ChairmanDecided",
    )
    word, colour = BADGES[found.verdict]
    st.subheader(found.short, anchor=False)
    st.badge(word, color=colour)  # type: ignore[arg-type]  # one of its literals
    st.markdown("  \n".join(safe(one) for one in found.reasons))


def _meter_card(council: Standing, headline: PairedDifference | None) -> None:
    card_head(
        "Evidence",
        "before both bars are full: no rank, no Sharpe ratio, no verdict",
        type="UniverseMarked",
    )
    known, needed = council.evidence, DEFAULT_RULES
    for count, least, what in (
        (known.weeks, needed.weeks, "finished weeks"),
        (known.closed_trades, needed.closed_trades, "closed trades of the chairman"),
    ):
        st.progress(min(1.0, count / least), text=f"{count} of at least {least} {what}")
    st.markdown("  \n".join(f":gray[{label}] {value}" for label, value in _meter(headline)))


def _meter(headline: PairedDifference | None) -> Iterable[tuple[str, str]]:
    interval = headline.interval if headline else None
    yield "n", f"{headline.weeks if headline else 0} weeks in both lines"
    said = f"{_pp(interval.low)} to {_pp(interval.high)} pp a week" if interval else UNKNOWN
    yield "95 % interval", said
    least = headline.smallest_detectable if headline else None
    shown = UNKNOWN if least is None else f"{least * 100:.2f} pp a week"
    yield "smallest detectable effect", shown
    needed = headline.weeks_needed if headline else None
    edge = f"weeks still needed for an edge of {RULES.edge:g} weekly standard deviations"
    yield edge, UNKNOWN if needed is None else f"{needed}"


def _pp(fraction: float) -> str:
    return f"{fraction * 100:+.2f}"


def _rivals_card(state: StoreState, counted: Counted) -> None:
    card_head(
        "Chairman less each rival",
        f"mean weekly difference, {UNIT}; thick: 95 % alone, thin: 95 % for all rivals at once; "
        "coloured where Holm's test finds a difference",
        type="UniverseMarked",
    )
    words = "Mean weekly difference of the chairman to each rival with its interval"
    if any(_rivals(state, counted)):
        draw_kept(_rival_dots, state, counted, alt=words)
    else:
        st.markdown(NOTHING)


def _rivals(state: StoreState, counted: Counted) -> Rows:
    labels = data.labels(state)
    for one in lab_data.record(state, counted).lines:
        if one.difference is not None and one.difference.mean is not None:
            yield _row(line_name(one.track, labels), one.difference, one.difference.mean * 100)


def _rival_dots(state: StoreState, counted: Counted) -> Drawing:
    return interval_dots(pd.DataFrame(_rivals(state, counted)), UNIT)


def _without_card(state: StoreState, counted: Counted) -> None:
    card_head(
        "What each PM adds to the vote",
        f"plurality vote less the vote without that PM, {UNIT}",
        type="PitchesCollected",
    )
    words = "What each PM adds to the plurality vote a week, with its interval"
    if any(_without(state, counted)):
        draw_kept(_without_dots, state, counted, alt=words)
    else:
        st.markdown(NOTHING)


def _without(state: StoreState, counted: Counted) -> Rows:
    labels = data.labels(state)
    for key, one in lab_data.record(state, counted).without.items():
        if one.mean is not None:
            yield _row(seat_name(key.removeprefix(WITHOUT), labels), one, one.mean * 100)


def _without_dots(state: StoreState, counted: Counted) -> Drawing:
    return interval_dots(pd.DataFrame(_without(state, counted)), UNIT)


def _row(name: str, one: PairedDifference, mean: float) -> dict[str, object]:
    """``mean`` in percentage points."""
    alone = (one.interval.low * 100, one.interval.high * 100) if one.interval else (mean, mean)
    family = one.family_interval
    every = (family.low * 100, family.high * 100) if family else alone
    found = one.verdict in (Verdict.BETTER, Verdict.WORSE)
    p_value = UNKNOWN if one.adjusted_p is None else f"{one.adjusted_p:.3f}"
    return {
        "name": name,
        "mean": mean,
        "low": alone[0],
        "high": alone[1],
        "all_low": every[0],
        "all_high": every[1],
        "weeks": one.weeks,
        "role": ACCENT if found else PEER,
        "said": f"{one.verdict}, Holm-adjusted p {p_value}",
    }


def _kinds_card(state: StoreState, counted: Counted) -> None:
    card_head(
        "Kinds of weeks apart",
        f"chairman less plurality vote, {UNIT}; bars from 8 weeks of a kind on",
        type="ChairmanDecided",
    )
    kinds = lab_data.record(state, counted).kinds
    if any(one.difference is not None for one in kinds):
        words = "Chairman less vote in unanimous, split and overruled weeks, with intervals"
        draw_kept(_kind_dots, state, counted, alt=words)
    with st.expander("In numbers"):
        _kinds_table(kinds)


def _kind_dots(state: StoreState, counted: Counted) -> Drawing:
    kinds = lab_data.record(state, counted).kinds
    rows = [_kind_dot(one) for one in kinds if one.difference is not None]
    return interval_dots(pd.DataFrame(rows), UNIT, names="weeks")


def _kind_dot(one: KindRecord) -> dict[str, object]:
    assert one.difference is not None
    mean = one.difference * 100
    low, high = (one.interval.low * 100, one.interval.high * 100) if one.interval else (mean, mean)
    ends = {"low": low, "high": high, "all_low": low, "all_high": high}
    sure = one.interval is not None and not one.interval.holds(0.0)
    return {
        "name": f"{KINDS[one.kind]} (n {one.weeks})",
        "mean": mean,
        **ends,
        "weeks": one.weeks,
        "role": ACCENT if sure else PEER,
        "said": "interval leaves out 0, not adjusted" if sure else "not shown",
    }


def _kinds_table(kinds: Iterable[KindRecord]) -> None:
    st.dataframe(
        pd.DataFrame([_kind(one) for one in kinds]),
        hide_index=True,
        placeholder="n/a",
        height="content",
        alt="Mean weekly returns of chairman and vote by kind of week",
        column_config={
            name: st.column_config.NumberColumn(format="%+.2f %%") for name in ("chairman", "vote")
        },
    )


def _kind(one: KindRecord) -> dict[str, object]:
    gap = UNKNOWN if one.difference is None else f"{_pp(one.difference)} pp"
    if one.interval is not None:
        gap += f" ({_pp(one.interval.low)} to {_pp(one.interval.high)})"
    return {
        "weeks": KINDS[one.kind],
        "n": one.weeks,
        "chairman": None if one.chairman is None else one.chairman * 100,
        "vote": None if one.vote is None else one.vote * 100,
        "difference": gap,
    }
