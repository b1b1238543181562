"""Charts of the council lab: dots with their intervals, growth of every line, reliability."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pages.ui.charts import READABLE, Drawing
from pages.ui.theme import ACCENT, PEER, SMALL_CHART_HEIGHT, role_colour

ROW_HEIGHT, AXIS_ROOM = 27, 55
NAME_ROOM = 210
OTHER = "other"


def interval_dots(frame: pd.DataFrame, title: str, names: str = "line") -> Drawing:
    """Columns ``name, mean, low, high, all_low, all_high, role, weeks, said``: one row a dot.

    The thick bar is the interval of that row alone, the thin one holds for all rows at once; rows
    come in the order of the frame. ``title`` names the unit, ``names`` what the rows are.
    """
    shown = frame["name"].tolist()
    y = alt.Y(
        "name:N",
        title=None,
        sort=shown,
        axis=alt.Axis(
            labelLimit=NAME_ROOM, labelOverlap=False, labelFlush=False, domain=False, ticks=False
        ),
    )
    x = alt.X("all_low:Q", title=title, scale=alt.Scale(zero=True), axis=_from_zero())
    base = alt.Chart(frame)
    thin = base.mark_rule(strokeWidth=1.25).encode(x=x, x2=alt.X2("all_high:Q"))
    thick = base.mark_rule(strokeWidth=4).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"))
    dots = base.mark_point(filled=True, size=75, opacity=1).encode(
        x=alt.X("mean:Q"), tooltip=_told(title, names)
    )
    # Said once for all layers: a chart is checked against its schema word for word with each rerun.
    drawn: alt.LayerChart = alt.layer(thin, thick, dots).encode(y=y, color=role_colour())
    return drawn.properties(height=ROW_HEIGHT * max(len(shown), 2) + AXIS_ROOM)


def _from_zero() -> alt.Axis:
    """The line at zero is heavier than the grid."""
    heavier = alt.condition("datum.value === 0", alt.value(3), alt.value(0.75))
    return alt.Axis(tickCount=7, gridWidth=heavier)


def _told(title: str, names: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title=names),
        alt.Tooltip("mean:Q", title=title, format="+.2f"),
        alt.Tooltip("low:Q", title="95 % from", format="+.2f"),
        alt.Tooltip("high:Q", title="95 % to", format="+.2f"),
        alt.Tooltip("weeks:Q", title="n"),
        alt.Tooltip("said:N", title="verdict"),
    ]


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
        detail=alt.Detail("line:N"),
        color=alt.Color("role:N", scale=alt.Scale(domain=[ACCENT, PEER, OTHER]), legend=None),
        strokeWidth=alt.condition(alt.datum.role == PEER, alt.value(1), alt.value(2.5)),
        tooltip=[
            alt.Tooltip("line:N"),
            alt.Tooltip("week:T", title="week of", format="%a %d %b %Y"),
            alt.Tooltip("worth:Q", title="worth, $", format=",.0f"),
        ],
    )
    return drawn.properties(height=SMALL_CHART_HEIGHT)


def reliability(frame: pd.DataFrame) -> Drawing:
    """Columns ``said, came, low, high`` in per cent and ``count``: a dot a bin, against the diagonal."""
    came = alt.Y("low:Q", title="came true, %", scale=alt.Scale(domain=[0, 100], nice=False))
    base = alt.Chart(frame)
    bars = base.mark_rule(strokeWidth=2, color=READABLE).encode(y=came, y2=alt.Y2("high:Q"))
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=alt.Y("came:Q"),
        tooltip=[
            alt.Tooltip("said:Q", title="said, %", format=".0f"),
            alt.Tooltip("came:Q", title="came true, %", format=".0f"),
            alt.Tooltip("low:Q", title="95 % from", format=".0f"),
            alt.Tooltip("high:Q", title="95 % to", format=".0f"),
            alt.Tooltip("count:Q", title="n"),
        ],
    )
    counts = base.mark_text(dx=9, align="left", fontSize=11, color=READABLE).encode(
        y=alt.Y("came:Q"), text=alt.Text("count:Q")
    )
    ends = alt.Chart(pd.DataFrame({"said": [45.0, 85.0], "came": [45.0, 85.0]}))
    diagonal = ends.mark_line(strokeDash=[3, 3], strokeWidth=1, color=READABLE).encode(
        y=alt.Y("came:Q")
    )
    drawn: alt.LayerChart = alt.layer(diagonal, bars, dots, counts).encode(
        x=alt.X("said:Q", title="probability said, %", scale=alt.Scale(domain=[45, 85]))
    )
    return drawn.properties(height=SMALL_CHART_HEIGHT)
