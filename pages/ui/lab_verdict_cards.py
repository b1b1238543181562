"""Does the council add value: the answer, the evidence meter, and the chairman against each rival."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import streamlit as st

from core.rules.lab_picks import WITHOUT
from core.rules.lab_record import RULES, KindRecord, LabRecord
from core.rules.lab_verdict import Answer, answer
from core.rules.statistics.evidence import DEFAULT_RULES, Standing
from core.rules.statistics.paired import PairedDifference, Verdict
from pages.ui.card_head import card_head
from pages.ui.drawing import draw
from pages.ui.format import UNKNOWN
from pages.ui.lab_charts import interval_dots
from pages.ui.lab_words import KINDS, Labels, line_name, seat_name
from pages.ui.safe import safe
from pages.ui.theme import ACCENT, PEER

BADGES = {
    Verdict.BETTER: ("better", "blue"),
    Verdict.WORSE: ("worse", "orange"),
    Verdict.NO_DIFFERENCE: ("no difference shown", "gray"),
    Verdict.TOO_EARLY: ("too early", "gray"),
}
UNIT = "percentage points a week"


def verdict_cards(record: LabRecord, labels: Labels) -> None:
    """The whole view."""
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _answer_card(answer(record))
    with right.container(border=True, height="stretch"):
        _meter_card(record.council, record.headline)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _rivals_card(record, labels)
    with right:
        with st.container(border=True):
            _without_card(record.without, labels)
        with st.container(border=True, height="stretch"):
            _kinds_card(record.kinds)


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


def _rivals_card(record: LabRecord, labels: Labels) -> None:
    card_head(
        "Chairman less each rival",
        f"mean weekly difference, {UNIT}; thick: 95 % alone, thin: 95 % for all rivals at once; "
        "coloured where Holm's test finds a difference",
        type="UniverseMarked",
    )
    found = [
        (line_name(one.track, labels), one.difference)
        for one in record.lines
        if one.difference is not None
    ]
    _dots(found, "Mean weekly difference of the chairman to each rival with its interval")


def _without_card(without: Mapping[str, PairedDifference], labels: Labels) -> None:
    card_head(
        "What each PM adds to the vote",
        f"plurality vote less the vote without that PM, {UNIT}",
        type="PitchesCollected",
    )
    found = [(seat_name(key.removeprefix(WITHOUT), labels), one) for key, one in without.items()]
    _dots(found, "What each PM adds to the plurality vote a week, with its interval")


def _dots(found: list[tuple[str, PairedDifference]], alt: str) -> None:
    rows = [_row(name, one) for name, one in found if one.mean is not None]
    if not rows:
        st.markdown(":gray[No week is over yet: nothing to compare.]")
        return
    draw(interval_dots(pd.DataFrame(rows), UNIT), alt=alt)


def _row(name: str, one: PairedDifference) -> dict[str, object]:
    assert one.mean is not None
    mean = one.mean * 100
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


def _kinds_card(kinds: Sequence[KindRecord]) -> None:
    card_head(
        "Kinds of weeks apart",
        f"chairman less plurality vote, {UNIT}; bars from 8 weeks of a kind on",
        type="ChairmanDecided",
    )
    rows = [_kind_dot(one) for one in kinds if one.difference is not None]
    if rows:
        draw(
            interval_dots(pd.DataFrame(rows), UNIT, names="weeks"),
            alt="Chairman less vote in unanimous, split and overruled weeks, with intervals",
        )
    with st.expander("In numbers"):
        _kinds_table(kinds)


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
