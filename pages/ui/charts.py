"""Frames in, Altair charts out; colours come from the theme, words are drawn as text, never as markup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import altair as alt
import pandas as pd

from core.types import AccountId
from pages.ui.theme import ACCENT, CHART_HEIGHT, PEER, SMALL_CHART_HEIGHT, role_colour

Drawing: TypeAlias = alt.Chart | alt.LayerChart | alt.FacetChart
LABEL_ROOM = 130
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
            x=alt.X("session:T", title=None, axis=alt.Axis(tickCount=6, format="%b %Y")),
            y=alt.Y(
                "equity:Q",
                title="equity, $",
                scale=alt.Scale(zero=False, nice=False),
                axis=alt.Axis(format=",.0f", tickCount=6),
            ),
            detail="account:N",
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
    return alt.layer(lines, _line_ends(data)).properties(
        height=CHART_HEIGHT, padding={"right": LABEL_ROOM, "left": 5, "top": 5, "bottom": 5}
    )


def _line_ends(data: pd.DataFrame) -> Any:
    """Each account's name at the end of its line, moved apart where lines end close together."""
    ends = data.sort_values("session").groupby("account_id").tail(1).sort_values("equity")
    spread = float(data["equity"].max() - data["equity"].min()) or 1.0
    ends = ends.assign(place=_apart(list(ends["equity"]), spread * LEAST_GAP))
    names = alt.Chart(ends).mark_text(align="left", dx=6, clip=False)
    return names.encode(x="session:T", y="place:Q", text="account:N", color=role_colour())


def _apart(values: list[float], gap: float) -> list[float]:
    """Ascending values pushed up until each is ``gap`` above the one before, then centred again."""
    placed: list[float] = []
    for value in values:
        placed.append(max(value, placed[-1] + gap) if placed else value)
    shift = sum(now - then for now, then in zip(placed, values, strict=True)) / max(len(values), 1)
    return [value - shift for value in placed]


def score_heatmap(frame: pd.DataFrame) -> Drawing:
    """Columns ``reviewer, pitch, score, shown, note``: one cell a review, 1 (poor) to 10 (excellent)."""
    base = alt.Chart(frame).encode(
        x=alt.X("pitch:N", title="pitch of", sort=None, axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("reviewer:N", title="reviewed by", sort=None),
    )
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color("score:Q", scale=alt.Scale(domain=[1, 10]), legend=None),
        tooltip=[
            alt.Tooltip("reviewer:N", title="reviewed by"),
            alt.Tooltip("pitch:N", title="pitch of"),
            alt.Tooltip("score:Q", format=".1f", title="score, 1 to 10"),
            alt.Tooltip("shown:N", title="shown"),
        ],
    )
    numbers = base.mark_text(fontSize=14).encode(text=alt.Text("score:Q", format=".3~g"))
    return alt.layer(cells, numbers).properties(height=SMALL_CHART_HEIGHT)


def conviction_small_multiples(frame: pd.DataFrame) -> Drawing:
    """Columns ``account, at, conviction, action``: a step a checkpoint, one small chart an account."""
    x = alt.X("at:T", title=None, axis=alt.Axis(format="%a", tickCount="day", grid=False))
    y = alt.Y("conviction:Q", title="conviction", scale=alt.Scale(domain=[-2, 2]))
    base = alt.Chart().encode(x=x)
    zero = alt.Chart().mark_rule(opacity=0.35).encode(y=alt.datum(0))
    steps = base.mark_line(interpolate="step-after", strokeWidth=2).encode(y=y)
    acted = (
        base.mark_point(size=70, filled=True)
        .encode(
            y="conviction:Q",
            shape=alt.Shape("action:N", title="acted"),
            tooltip=[
                "account:N",
                alt.Tooltip("local:N", title="when"),
                "action:N",
                alt.Tooltip("conviction:Q", format="+.2f"),
                "rule:N",
            ],
        )
        .transform_filter("datum.action != '' && datum.action != 'STAY'")
    )
    return (
        alt.layer(zero, steps, acted, data=frame)
        .properties(width=230, height=110)
        .facet(facet=alt.Facet("account:N", title=None, sort=None), columns=3)
    )
