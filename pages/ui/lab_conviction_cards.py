"""Convictions against outcomes, and whether the council drifts: always long, mostly out, all alike."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.rules.lab_convictions import WINDOW, Calibration, DriftFindings
from core.rules.lab_picks import CHAIRMAN
from core.rules.statistics.calibration import Brier
from core.rules.statistics.drift import DEFAULT_LIMITS, FEWEST_WEEKS, Alarm, Drift
from pages.ui.card_head import card_head
from pages.ui.drawing import draw
from pages.ui.format import UNKNOWN, number, percent
from pages.ui.lab_charts import reliability
from pages.ui.lab_review_data import ALL_PMS
from pages.ui.lab_words import Labels, seat_name

PROBABILITY = (
    "a conviction of 0 is read as 50 %, of 2 as 80 %, linear between; "
    "on the diagonal it means what it says"
)


def conviction_cards(
    found: Mapping[str, Calibration], drifts: DriftFindings, labels: Labels
) -> None:
    """The whole view."""
    left, right = st.columns([1, 1])
    with left.container(border=True, height="stretch"):
        _reliability_card(found, labels)
    with right.container(border=True, height="stretch"):
        _brier_card(found, labels)
    with st.container(border=True):
        _drift_card(drifts)


def _name(line: str, labels: Labels) -> str:
    return {ALL_PMS: "All PMs", CHAIRMAN: "Chairman"}.get(line) or seat_name(line, labels)


def _reliability_card(found: Mapping[str, Calibration], labels: Labels) -> None:
    card_head("Does conviction mean what it says?", PROBABILITY, type="PitchesCollected")
    told = [line for line, one in found.items() if one.curve]
    if not told:
        st.markdown(":gray[No idea with a conviction has ended yet.]")
        return
    chosen = st.selectbox(
        "Whose convictions",
        told,
        format_func=lambda line: _name(line, labels),
        key="voice",
        bind="query-params",
        label_visibility="collapsed",
    )
    points = pd.DataFrame(
        {
            "said": one.said * 100,
            "came": one.came * 100,
            "low": one.interval.low * 100,
            "high": one.interval.high * 100,
            "count": one.count,
        }
        for one in found[chosen].curve
    )
    draw(
        reliability(points),
        alt="Share of ideas that were right against the share said, in per cent",
    )


def _brier_card(found: Mapping[str, Calibration], labels: Labels) -> None:
    card_head(
        "Brier scores",
        "mean squared error of the probability, 0 is best; skill against always saying the base rate: "
        "below 0 is worse than that",
        type="PitchesCollected",
    )
    scored = [(line, one.brier) for line, one in found.items() if one.brier is not None]
    rows = [{"voice": _name(line, labels), **_brier_cells(brier)} for line, brier in scored]
    if not rows:
        st.markdown(":gray[No idea with a conviction has ended yet.]")
        return
    numbers = ("Brier", "skill", "calibration", "resolution")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        placeholder="n/a",
        height="content",
        alt="Brier score of each voice and its parts",
        column_config={
            **{name: st.column_config.NumberColumn(format="%.3f") for name in numbers},
            "right": st.column_config.NumberColumn(format="%.0f %%"),
            "voice": st.column_config.TextColumn(pinned=True),
            "calibration": st.column_config.NumberColumn(
                format="%.3f", help="Mean squared gap of said and came: 0 is calibrated."
            ),
            "resolution": st.column_config.NumberColumn(
                format="%.3f", help="How far groups differ from the whole: high is good."
            ),
        },
    )


def _brier_cells(brier: Brier) -> dict[str, object]:
    return {
        "n": brier.count,
        "right": brier.right * 100,
        "Brier": brier.score,
        "skill": brier.skill,
        "calibration": brier.reliability,
        "resolution": brier.resolution,
    }


def _drift_card(found: DriftFindings) -> None:
    card_head(
        "Drift",
        f"last {WINDOW} weeks counted; an alarm sounds from {FEWEST_WEEKS} weeks on, when the 95 % "
        "interval lies beyond its limit",
        type="PitchesCollected",
    )
    _alarms("PMs", found.recent)
    _alarms("Chairman", found.chairman)
    columns = {
        f"PMs, last {WINDOW} weeks": found.recent,
        "PMs, whole record": found.whole,
        f"chairman, last {WINDOW} weeks": found.chairman,
    }
    said = {name: _drift(one) for name, one in columns.items()}
    st.dataframe(
        pd.DataFrame(
            {
                "measure": list(_drift(found.whole)),
                **{key: list(one.values()) for key, one in said.items()},
            }
        ),
        hide_index=True,
        height="content",
        alt="Direction, agreement and independent votes of the council",
    )


def _alarms(who: str, found: Drift) -> None:
    heard = [
        one for one in found.alarms if who == "PMs" or one not in (Alarm.HERDING, Alarm.FEW_VOTES)
    ]
    if heard:
        for one in heard:
            st.badge(f"{who}: {one}", color="orange")
    elif found.weeks < FEWEST_WEEKS:
        st.badge(
            f"{who}: too early for an alarm, {found.weeks} of {FEWEST_WEEKS} weeks", color="gray"
        )
    else:
        st.badge(f"{who}: no alarm", color="gray")


def _drift(one: Drift) -> dict[str, str]:
    limits = DEFAULT_LIMITS
    alike = UNKNOWN if one.voters == 0 and one.agreement is None else percent(one.agreement, 0)
    votes = f"{number(one.independent_votes, 1)} of {one.voters}"
    return {
        "weeks": f"{one.weeks}",
        f"long, of long and short (limit {percent(limits.one_sided, 0)})": percent(
            one.long_share, 0
        ),
        f"out of the market (limit {percent(limits.hold, 0)})": percent(one.hold_share, 0),
        f"pairs of PMs on the same side (limit {percent(limits.agreement, 0)})": alike,
        "agreement beyond chance (Fleiss' kappa)": number(one.kappa),
        f"independent votes (limit {percent(limits.votes, 0)} of those that vary)": (
            votes if one.independent_votes is not None else UNKNOWN
        ),
    }
