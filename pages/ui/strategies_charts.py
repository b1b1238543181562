"""A strategy's return beside its benchmark's."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pages.ui.charts import Drawing
from pages.ui.theme import ACCENT, SMALL_CHART_HEIGHT, role_colour


def return_lines(frame: pd.DataFrame) -> Drawing:
    """Columns ``session, who, role, returned`` (per cent): the strategy in the accent, names at ends."""
    base = alt.Chart(frame).encode(color=role_colour())
    time = alt.X("session:T", title=None, axis=alt.Axis(format="%d %b %y", grid=False, tickCount=6))
    value = alt.Y(
        "returned:Q", title="return, %", scale=alt.Scale(nice=False), axis=alt.Axis(tickCount=6)
    )
    drawn = base.mark_line().encode(
        x=time,
        y=value,
        detail=alt.Detail("who:N"),
        strokeWidth=alt.condition(alt.datum.role == ACCENT, alt.value(2.5), alt.value(1.5)),
        tooltip=[
            alt.Tooltip("who:N"),
            alt.Tooltip("session:T", title="close of", format="%a %d %b %Y"),
            alt.Tooltip("returned:Q", title="return, %", format="+.2f"),
        ],
    )
    ends = alt.Chart(frame.groupby("who").tail(1)).mark_text(align="right", dy=-9, fontSize=11)
    names = ends.encode(
        x=alt.X("session:T"), y=alt.Y("returned:Q"), text="who:N", color=role_colour()
    )
    return alt.layer(drawn, names).properties(height=SMALL_CHART_HEIGHT)
