"""Charts of a week: stages on a line of time, indicators against thresholds, who scored whom how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from pages.ui.charts import IN_LINES, READABLE, Drawing
from pages.ui.theme import ROW_HEIGHT, SMALL_CHART_HEIGHT, role_colour

WORDS_FROM = 1.04
ROOM = 1.28
"""The axis goes on for this share of the run, so that a bar's words have room behind it."""


def stage_gantt(frame: pd.DataFrame, unit: str) -> Drawing:
    """Columns ``stage, begin, end`` (since the run began, in ``unit``), ``words, status, role``.

    One bar a stage, from top to bottom as the rows come; its length and cost stand behind it.
    """
    most = max(float(frame["end"].max()), 1e-3) * ROOM
    title = f"{unit} since the run began"
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "stage:N",
            title=None,
            sort=list(frame["stage"]),
            axis=alt.Axis(labelLimit=140, labelFlush=False),
        ),
        tooltip=[alt.Tooltip("stage:N"), alt.Tooltip("status:N"), alt.Tooltip("words:N")],
    )
    bars = base.mark_bar(size=14, cornerRadius=3, minBandSize=2).encode(
        x=alt.X(
            "begin:Q",
            title=title,
            scale=alt.Scale(domain=[0, most], nice=False),
            axis=alt.Axis(tickCount=8),
        ),
        x2=alt.X2("end:Q"),
        color=role_colour(),
    )
    words = base.mark_text(align="left", dx=6, fontSize=11, color=READABLE).encode(
        x=alt.X("end:Q", title=title), text=alt.Text("words:N")
    )
    return alt.layer(bars, words).properties(height=ROW_HEIGHT * len(frame) + 50)


def indicator_bullets(frame: pd.DataFrame) -> Drawing:
    """Columns ``name, words, begin, end, at, role``: a bar to the value, a line at the threshold.

    Places are shares of the row's own range, which holds zero, value and threshold, and some room;
    one chart for all rows, as drawing one costs more than its rows do.
    """
    x = alt.Scale(domain=[0, WORDS_FROM + 1], nice=False)
    base = alt.Chart(frame.assign(words_at=WORDS_FROM)).encode(
        y=alt.Y(
            "name:N",
            title=None,
            sort=list(frame["name"]),
            axis=alt.Axis(labelLimit=230, labelFlush=False, labelOverlap=False),
        ),
        tooltip=alt.Tooltip("words:N"),
    )
    bars = base.mark_bar(size=10, cornerRadius=2).encode(
        x=alt.X("begin:Q", axis=None, scale=x), x2=alt.X2("end:Q"), color=role_colour()
    )
    marks = base.mark_tick(thickness=2.5, size=18, color=READABLE).encode(
        x=alt.X("at:Q", axis=None, scale=x)
    )
    words = base.mark_text(align="left", fontSize=11, color=READABLE).encode(
        x=alt.X("words_at:Q", axis=None, scale=x), text=alt.Text("words:N")
    )
    drawn = alt.layer(bars, marks, words)
    return drawn.properties(height=ROW_HEIGHT * len(frame) + 20)


@dataclass(frozen=True, slots=True)
class Scale:
    """How a heat map reads its numbers: ``best`` is the strong end, ``digits`` are shown.

    ``slanted`` where there are many columns of one word or two.
    """

    title: str
    worst: float
    best: float
    digits: int
    slanted: bool = False


def review_heatmap(
    frame: pd.DataFrame, rows: Sequence[str], columns: Sequence[str], scale: Scale
) -> Drawing:
    """Columns ``row, column, value, told``: one cell a value, empty where nobody gave one."""
    axis = (
        alt.Axis(labelAngle=-35, labelOverlap=False)
        if scale.slanted
        else alt.Axis(labelAngle=0, labelExpr=IN_LINES, labelOverlap=False)
    )
    base = alt.Chart(frame).encode(
        x=alt.X("column:N", title=None, sort=list(columns), axis=axis),
        y=alt.Y(
            "row:N",
            title=None,
            sort=list(rows),
            axis=alt.Axis(labelLimit=215, labelOverlap=False, labelFlush=False),
        ),
    )
    value = f".{scale.digits}f"
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color(
            "value:Q",
            scale=alt.Scale(domain=[scale.worst, scale.best], clamp=True),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("told:N", title="review"),
            alt.Tooltip("value:Q", title=scale.title, format=value),
        ],
    )
    numbers = base.mark_text(fontSize=13, color=READABLE).encode(
        text=alt.Text("value:Q", format=value)
    )
    height = max(SMALL_CHART_HEIGHT, ROW_HEIGHT * len(rows) + 60)
    return alt.layer(cells, numbers).properties(height=height)
