"""Charts of providers: what weeks cost by model, and how long each model took."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pages.ui.charts import Drawing
from pages.ui.theme import ACCENT, ROW_HEIGHT, SMALL_CHART_HEIGHT, role_colour

LABEL = 220


def cost_bars(cost: pd.DataFrame, *, monthly: bool) -> Drawing:
    """Columns ``week_id, model, usd``: one bar a week (or month), stacked by model."""
    legend = alt.Legend(orient="bottom", columns=2, labelLimit=120)
    every = "month" if monthly else "week"
    chart: alt.Chart = (
        alt.Chart(cost)
        .mark_bar()
        .encode(
            x=alt.X("week_id:O", title=None, axis=alt.Axis(labelOverlap=True, labelAngle=-35)),
            y=alt.Y("sum(usd):Q", title="US dollars", axis=alt.Axis(format="$.2f")),
            color=alt.Color("model:N", title=None, legend=legend),
            tooltip=[
                alt.Tooltip("week_id:O", title=every),
                alt.Tooltip("model:N"),
                alt.Tooltip("usd:Q", title="US dollars", format="$.4f"),
            ],
        )
        .properties(height=SMALL_CHART_HEIGHT)
    )
    return chart


def cost_by_model(totals: pd.DataFrame) -> Drawing:
    """Columns ``model, usd``: one bar a model, the dearest first."""
    chart: alt.Chart = (
        alt.Chart(totals)
        .mark_bar()
        .encode(
            x=alt.X("usd:Q", title="US dollars", axis=alt.Axis(format="$.2f", tickCount=5)),
            y=alt.Y("model:N", title=None, sort="-x", axis=alt.Axis(labelLimit=LABEL)),
            tooltip=[alt.Tooltip("model:N"), alt.Tooltip("usd:Q", format="$.4f")],
        )
        .properties(height=ROW_HEIGHT * len(totals) + 60)
    )
    return chart


def latency_spans(frame: pd.DataFrame) -> Drawing:
    """Columns ``model, p50, p95`` in seconds: from the middle answer to the twentieth slowest."""
    rows = alt.Y("model:N", title=None, sort="-x", axis=alt.Axis(labelLimit=LABEL))
    title = "seconds"
    base = alt.Chart(frame.assign(role=ACCENT)).encode(
        y=rows,
        color=role_colour(),
        tooltip=[
            alt.Tooltip("model:N"),
            alt.Tooltip("p50:Q", title="median, s", format=".3~f"),
            alt.Tooltip("p95:Q", title="95th percentile, s", format=".3~f"),
        ],
    )
    spans = base.mark_rule(strokeWidth=3, strokeCap="round").encode(
        x=alt.X("p50:Q", title=title, axis=alt.Axis(tickCount=6)), x2=alt.X2("p95:Q")
    )
    middles = base.mark_point(size=70, filled=True, opacity=1).encode(x=alt.X("p50:Q", title=title))
    return alt.layer(spans, middles).properties(height=ROW_HEIGHT * len(frame) + 60)
