"""How near each scope is to its halt: a bar against two lines."""

from __future__ import annotations

from typing import NamedTuple

import altair as alt
import pandas as pd

from pages.ui.charts import READABLE, Drawing
from pages.ui.theme import BULLET_HEIGHT

HALTS, RELEASED = "halts", "released"


class Fallen(NamedTuple):
    """A scope's ``drawdown`` in per cent below its peak, its losses in a row, whether it trades."""

    scope: str
    drawdown: float
    losses: int
    state: str


def drawdown_bullets(scopes: tuple[Fallen, ...], halt: float, resume: float) -> Drawing:
    """One bar a scope; the solid line is where it halts, the dashed one below which it is released."""
    frame = pd.DataFrame(scopes, columns=list(Fallen._fields))
    most = max(halt * 1.15, float(frame["drawdown"].max()) * 1.1)
    order = list(frame["scope"])
    base = alt.Chart(frame).encode(
        y=alt.Y("scope:N", title=None, sort=order, axis=alt.Axis(labelLimit=190))
    )
    bars = base.mark_bar(size=12, cornerRadiusEnd=3).encode(
        x=alt.X(
            "drawdown:Q",
            title="per cent below the peak",
            scale=alt.Scale(domain=[0, most], nice=False),
            axis=alt.Axis(tickCount=6),
        ),
        tooltip=[
            alt.Tooltip("scope:N"),
            alt.Tooltip("drawdown:Q", title="below the peak, %", format=".2f"),
            alt.Tooltip("losses:Q", title="losing trades in a row"),
            alt.Tooltip("state:N"),
        ],
    )
    values = base.mark_text(align="left", dx=5, fontSize=11, color=READABLE).encode(
        x="drawdown:Q", text=alt.Text("drawdown:Q", format=".1f")
    )
    drawn = alt.layer(bars, values, *_lines(halt, resume))
    return drawn.properties(height=BULLET_HEIGHT * len(order) + 50)


def _lines(halt: float, resume: float) -> list[alt.Chart]:
    marks = pd.DataFrame({"at": [resume, halt], "what": [RELEASED, HALTS]})
    rules = alt.Chart(marks).encode(
        x="at:Q", tooltip=["what:N", alt.Tooltip("at:Q", title="per cent below the peak")]
    )
    released = rules.transform_filter(alt.datum.what == RELEASED)
    halts = rules.transform_filter(alt.datum.what == HALTS)
    names = rules.mark_text(dy=-7, fontSize=11, color=READABLE)
    return [
        released.mark_rule(strokeDash=[3, 3], color=READABLE),
        halts.mark_rule(strokeWidth=2, color=READABLE),
        names.encode(y=alt.value(0), text="what:N"),
    ]
