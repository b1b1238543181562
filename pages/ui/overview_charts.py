"""Charts of the overview: what each account earned a year, and how sure that is."""

from __future__ import annotations

import altair as alt
import pandas as pd

from pages.ui.charts import READABLE, Drawing
from pages.ui.theme import BULLET_HEIGHT, role_colour


def return_intervals(frame: pd.DataFrame) -> Drawing:
    """Columns ``account, role, year, low, high`` (per cent a year), ``weeks``: a dot and its interval.

    Accounts from top to bottom as the rows come; one without an interval is a dot alone.
    """
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "account:N",
            title=None,
            sort=list(frame["account"]),
            axis=alt.Axis(labelLimit=150, labelFlush=False),
        ),
        color=role_colour(),
        tooltip=[
            alt.Tooltip("account:N"),
            alt.Tooltip("year:Q", title="a year, %", format="+.1f"),
            alt.Tooltip("low:Q", title="95 % from", format="+.1f"),
            alt.Tooltip("high:Q", title="to", format="+.1f"),
            alt.Tooltip("weeks:Q", title="whole weeks"),
        ],
    )
    title = "mean return a year, per cent"
    spans = base.mark_rule(strokeWidth=3, strokeCap="round").encode(
        x=alt.X("low:Q", title=title, axis=alt.Axis(format="+.0f", tickCount=6)),
        x2=alt.X2("high:Q"),
    )
    means = base.mark_point(size=70, filled=True, opacity=1).encode(x=alt.X("year:Q", title=title))
    zero = (
        alt.Chart(pd.DataFrame({"at": [0.0]}))
        .mark_rule(strokeDash=[3, 3], color=READABLE)
        .encode(x=alt.X("at:Q", title=title))
    )
    return alt.layer(zero, spans, means).properties(height=BULLET_HEIGHT * len(frame) + 50)
