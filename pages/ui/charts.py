"""Frames in, Altair charts out; colours come from the theme, words are drawn as text, never as markup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import altair as alt
import pandas as pd

from core.types import AccountId
from pages.ui.theme import (
    ACCENT,
    CHART_HEIGHT,
    PEER,
    role_colour,
)

Drawing: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart
LABEL_ROOM = 0.34
"""Names stand right of the last session; the axis goes on for this share of the time shown."""
READABLE = alt.expr("luminance(background) < 0.4 ? 'white' : 'black'")
"""Text on coloured cells: light on a dark theme's, dark on a light one's."""
IN_LINES = "split(replace(datum.label, regexp('([/ ]|-(?=[a-zA-Z]))', 'g'), '$1\\n'), '\\n')"
"""A long name in several short lines."""
LEAST_GAP = 0.055
"""Names at the ends of lines keep this share of the chart's height between each other."""


def equity_lines(frame: pd.DataFrame, names: Mapping[AccountId, str], chosen: str) -> Drawing:
    """Equity (USD) of every account over sessions, ``chosen`` in the accent, its peers in grey.

    ``frame`` as of ``storage.queries.equity_frame``; ``names`` by account id.
    """
    data = frame.assign(
        account=frame["account_id"].map(dict(names)),
        role=frame["account_id"].eq(chosen).map({True: ACCENT, False: PEER}),
    )
    lines = (
        alt.Chart(data)
        .mark_line()
        .encode(
            x=alt.X(
                "session:T",
                title=None,
                axis=alt.Axis(
                    values=_ticks(data["session"]), format="%d %b %y", grid=False, labelFlush=False
                ),
                scale=alt.Scale(domain=_with_room(data["session"]), nice=False),
            ),
            y=alt.Y(
                "equity:Q",
                title="equity, $",
                scale=alt.Scale(zero=False, nice=False),
                axis=alt.Axis(format=",.0f", tickCount=6),
            ),
            detail=alt.Detail("account:N"),
            color=role_colour(),
            strokeWidth=alt.condition(alt.datum.role == ACCENT, alt.value(2.5), alt.value(1.25)),
            order=alt.Order("role:N", sort="descending"),
            tooltip=[
                alt.Tooltip("account:N"),
                alt.Tooltip("session:T", format="%a %d %b %Y"),
                alt.Tooltip("equity:Q", title="equity, $", format=",.0f"),
                alt.Tooltip("drawdown:Q", format="+.1%"),
            ],
        )
    )
    return alt.layer(lines, _line_ends(data)).properties(height=CHART_HEIGHT)


def _with_room(sessions: pd.Series[pd.Timestamp]) -> list[str]:
    first, last = sessions.min(), sessions.max()
    return [first.isoformat(), (last + (last - first) * LABEL_ROOM).isoformat()]


def _ticks(sessions: pd.Series[pd.Timestamp], most: int = 6) -> list[str]:
    """A few sessions from first to last: the axis says nothing about days without a price."""
    days = sorted(set(sessions))
    step = max(1, -(-len(days) // most))
    return [day.isoformat() for day in days[::step]]


def _line_ends(data: pd.DataFrame) -> Any:
    """Each account's name at the end of its line, moved apart where lines end close together."""
    ends = data.sort_values("session").groupby("account_id").tail(1).sort_values("equity")
    spread = float(data["equity"].max() - data["equity"].min()) or 1.0
    ends = ends.assign(place=_apart(list(ends["equity"]), spread * LEAST_GAP))
    names = alt.Chart(ends).mark_text(align="left", dx=6, fontSize=10)
    return names.encode(
        x=alt.X("session:T"), y=alt.Y("place:Q"), text=alt.Text("account:N"), color=role_colour()
    )


def _apart(values: list[float], gap: float) -> list[float]:
    """Ascending values pushed up until each is ``gap`` above the one before, then centred again."""
    placed: list[float] = []
    for value in values:
        placed.append(max(value, placed[-1] + gap) if placed else value)
    shift = sum(now - then for now, then in zip(placed, values, strict=True)) / max(len(values), 1)
    return [value - shift for value in placed]
