"""Key figures of the council: where it stands, against whom, and how far it has fallen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.market import Floats
from pages.ui.format import dollars, percent, points, signed_percent
from pages.ui.safe import safe
from storage.queries import CouncilStanding, Standing

A_WEEK = 5
LEAST_SHOWN = 0.0005


def kpi_row(council: CouncilStanding | None, standings: Sequence[Standing]) -> None:
    """Four figures of the council, each with its change over five sessions and its history."""
    if council is None:
        st.info("The council and its members have no common sessions yet: key figures follow.")
        return
    own = council.council
    comparison = council.comparison
    best = next((one for one in standings if one.account.account_id == comparison.best), None)
    with st.grid(4, min_column_width=180, gap="small"):
        growth = _growth(own.curve)
        _figure(("Council equity", dollars(own.equity)), growth, signed_percent(growth), own.curve)
        _against("Against the mean PM", own.curve, council.mean)
        if best is not None:
            _against(f"Against {safe(best.account.name)}, best PM", own.curve, best.curve)
        fall = own.curve / np.maximum.accumulate(own.curve) - 1
        mean = comparison.against_mean
        _figure(
            ("Deepest drawdown", percent(own.performance.max_drawdown)),
            float(fall[-1]),
            percent(float(fall[-1])),
            fall,
            ("now, from the peak", _reduction(mean.drawdown_reduction if mean else None)),
        )


def _reduction(value: float | None) -> str:
    if value is None:
        return "Fall from the highest equity so far."
    word = "shallower" if value >= 0 else "deeper"
    return (
        f"Fall from the highest equity so far; {percent(abs(value), 0)} {word} than the mean PM's."
    )


def _against(label: str, own: Floats, other: Floats) -> None:
    """The difference of two total returns, in percentage points."""
    ahead = own / own[0] - other / other[0]
    change = float(ahead[-1] - ahead[-1 - _span(ahead)])
    _figure((label, points(float(ahead[-1]))), change, points(change), ahead)


def _figure(
    head: tuple[str, str],
    change: float,
    shown: str,
    history: Floats,
    notes: tuple[str, str | None] = ("in 5 sessions", None),
) -> None:
    """``head`` is label and value; a change that rounds to nothing has no sign and no colour."""
    label, value = head
    description, explanation = notes
    st.metric(
        label,
        value,
        shown if abs(change) >= LEAST_SHOWN else 0,
        delta_description=description,
        border=True,
        height="stretch",
        chart_data=thinned(history),
        chart_type="line",
        help=explanation,
    )


def _span(values: Floats) -> int:
    return min(A_WEEK, len(values) - 1)


def _growth(curve: Floats) -> float:
    return float(curve[-1] / curve[-1 - _span(curve)] - 1)


def thinned(values: Floats, most: int = 60) -> list[float]:
    """At most so many values, evenly taken, the last one always there."""
    places = np.linspace(0, len(values) - 1, min(most, len(values))).round().astype(int)
    return [float(value) for value in values[places]]
