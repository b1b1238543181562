"""The funnel of a cycle: how many symbols came through each of its steps."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pages.ui.charts import READABLE, Drawing
from pages.ui.theme import BULLET_HEIGHT

STEPS = ("looked at", "signalled", "risk approved", "validated", "ordered", "filled")
BY = ("the market", "data analyst", "risk manager", "validator", "meta decision", "the broker")


def funnel(counts: tuple[int, ...]) -> Drawing:
    """How many symbols passed each of the six `STEPS`: one bar a step, in their order."""
    frame = pd.DataFrame({"step": STEPS, "count": counts, "told": BY})
    base = alt.Chart(frame).encode(
        y=alt.Y("step:N", title=None, sort=list(frame["step"]), axis=alt.Axis(labelLimit=160)),
        tooltip=[alt.Tooltip("step:N"), alt.Tooltip("count:Q"), alt.Tooltip("told:N", title="by")],
    )
    most = max(int(frame["count"].max()), 1)
    bars = base.mark_bar(size=16, cornerRadiusEnd=3).encode(
        x=alt.X(
            "count:Q",
            title="symbols",
            scale=alt.Scale(domain=[0, most * 1.12], nice=False),
            axis=alt.Axis(tickMinStep=1, tickCount=min(most, 6), format="d"),
        )
    )
    values = base.mark_text(align="left", dx=5, fontSize=11, color=READABLE).encode(
        x="count:Q", text="count:Q"
    )
    return alt.layer(bars, values).properties(height=BULLET_HEIGHT * len(frame) + 50)
