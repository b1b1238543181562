"""Charts of a postmortem: moves the theses' way, and positions in the week's range."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pages.ui.charts import READABLE, Drawing

BAR_ROOM, LEAST_HEIGHT = 34, 120


def thesis_bars(frame: pd.DataFrame) -> Drawing:
    """Columns ``account, thesis, moved`` (per cent), ``from, to``: one bar a thesis."""
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "account:N", title=None, sort=list(frame["account"]), axis=alt.Axis(labelLimit=150)
        ),
        tooltip=[
            "account:N",
            "thesis:N",
            alt.Tooltip("moved:Q", title="the thesis' way, %", format="+.2f"),
            alt.Tooltip("from:N"),
            alt.Tooltip("to:N"),
        ],
    )
    bars = base.mark_bar(size=14, cornerRadiusEnd=3).encode(
        x=alt.X("moved:Q", title="per cent, the thesis' way", axis=alt.Axis(tickCount=5))
    )
    zero = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=READABLE).encode(x="at:Q")
    return alt.layer(bars, zero).properties(height=_height(frame))


def exit_ranges(frame: pd.DataFrame) -> Drawing:
    """Columns ``position, worst, best, hold, exit`` (per cent since entry; exit may be missing)."""
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "position:N", title=None, sort=list(frame["position"]), axis=alt.Axis(labelLimit=190)
        ),
        tooltip=[
            "position:N",
            alt.Tooltip("worst:Q", title="worst, %", format="+.2f"),
            alt.Tooltip("best:Q", title="best, %", format="+.2f"),
            alt.Tooltip("hold:Q", title="last close, %", format="+.2f"),
            alt.Tooltip("exit:Q", title="exit, %", format="+.2f"),
        ],
    )
    axis = alt.X("worst:Q", title="per cent since entry", axis=alt.Axis(tickCount=6))
    ranges = base.mark_rule(strokeWidth=3, opacity=0.4, color=READABLE).encode(x=axis, x2="best:Q")
    holds = base.mark_tick(size=18, thickness=3, color=READABLE).encode(x="hold:Q")
    exits = base.transform_filter("isValid(datum.exit)").mark_point(filled=True, size=90)
    zero = alt.Chart(pd.DataFrame({"at": [0.0]})).mark_rule(color=READABLE, strokeDash=[2, 3])
    return alt.layer(zero.encode(x="at:Q"), ranges, holds, exits.encode(x="exit:Q")).properties(
        height=_height(frame)
    )


def _height(frame: pd.DataFrame) -> int:
    return max(BAR_ROOM * len(frame) + 50, LEAST_HEIGHT)
