"""Charts of the council lab: dots with their intervals, growth of every line, reliability."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pages.ui.charts import READABLE, Drawing
from pages.ui.theme import ACCENT, PEER, SMALL_CHART_HEIGHT, role_colour

ROW_HEIGHT, AXIS_ROOM = 27, 55
NAME_ROOM = 210
OTHER = "other"


def interval_dots(frame: pd.DataFrame, title: str, format_: str = "+.2f") -> Drawing:
    """Columns ``name, mean, low, high, all_low, all_high, role, weeks, said``: one row a dot.

    The thick bar is the interval of that row alone, the thin one holds for all rows at once; rows
    come in the order of the frame. ``title`` names the unit.
    """
    shown = frame["name"].tolist()
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "name:N",
            title=None,
            sort=shown,
            axis=alt.Axis(
                labelLimit=NAME_ROOM,
                labelOverlap=False,
                labelFlush=False,
                domain=False,
                ticks=False,
            ),
        ),
        color=role_colour(),
        tooltip=[
            alt.Tooltip("name:N", title="line"),
            alt.Tooltip("mean:Q", title=title, format=format_),
            alt.Tooltip("low:Q", title="95 % from", format=format_),
            alt.Tooltip("high:Q", title="95 % to", format=format_),
            alt.Tooltip("weeks:Q", title="n"),
            alt.Tooltip("said:N", title="verdict"),
        ],
    )
    axis = alt.X("all_low:Q", title=title, scale=alt.Scale(nice=True), axis=alt.Axis(tickCount=7))
    thin = base.mark_rule(strokeWidth=1.25).encode(x=axis, x2="all_high:Q")
    thick = base.mark_rule(strokeWidth=4).encode(x="low:Q", x2="high:Q")
    dots = base.mark_point(filled=True, size=75, opacity=1).encode(x="mean:Q")
    zero = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(strokeDash=[3, 3], color=READABLE)
    drawn = alt.layer(zero.encode(x=alt.X("at:Q", title=title)), thin, thick, dots)
    return drawn.properties(height=ROW_HEIGHT * max(len(shown), 2) + AXIS_ROOM)


def growth_lines(frame: pd.DataFrame) -> Drawing:
    """Columns ``week`` (datetime64), ``line``, ``worth`` in USD, ``role``: peers grey, two in colour."""
    lines = alt.Chart(frame).mark_line()
    drawn: alt.Chart = lines.encode(
        x=alt.X("week:T", title=None, axis=alt.Axis(format="%b %y", grid=False, tickCount=7)),
        y=alt.Y(
            "worth:Q",
            title="growth of $100,000",
            scale=alt.Scale(zero=False, nice=False),
            axis=alt.Axis(format=",.0f", tickCount=6),
        ),
        detail="line:N",
        color=alt.Color("role:N", scale=alt.Scale(domain=[ACCENT, PEER, OTHER]), legend=None),
        strokeWidth=alt.condition(alt.datum.role == PEER, alt.value(1), alt.value(2.5)),
        tooltip=[
            alt.Tooltip("line:N"),
            alt.Tooltip("week:T", title="week of", format="%a %d %b %Y"),
            alt.Tooltip("worth:Q", title="worth, $", format=",.0f"),
        ],
    )
    return drawn.properties(height=SMALL_CHART_HEIGHT)
