"""Conviction, price and P/L of a week over one time axis; shapes and words tell what colours repeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from pages.ui.bands import Band, Canvas, band, money
from pages.ui.charts import READABLE, Drawing
from pages.ui.theme import ACCENT, LOSS, PEER, role_colour

TALL, ALONE, SMALL = 440, 230, 235
MARGIN, MOST_DAYS = pd.Timedelta(hours=5), 8
SCALE = ((-2.0, "−2"), (-1.0, "−1"), (0.0, "0"), (1.0, "+1"), (2.0, "+2"))
ROWS_OF_WORDS, FIRST_ROW, BETWEEN_ROWS = 3, 0.7, 0.55
SHAPES = {"EXIT": "cross", "REDUCE": "triangle-down", "FLIP": "diamond", "STAY": "circle"}


def week_panels(path: pd.DataFrame, peers: pd.DataFrame) -> Drawing:
    """One account's conviction with its ``peers`` in grey, its price and its P/L underneath.

    Both frames as of ``WeekConviction.path``, the account's own not empty.
    """
    span = pd.concat([path, peers])["at"]
    if path["price"].isna().all() or path["pnl"].isna().all():
        canvas = _canvas([_conviction_band(0.02, 0.9)], span)
        return _drawn(canvas, _behind(canvas, peers), *_steps(canvas, path), height=ALONE)
    price = band("price, $ a share", (0.27, 0.45), path["price"], money)
    profit = band("P/L since entry, $", (0.02, 0.19), path["pnl"], money, zero=True)
    canvas = _canvas([_conviction_band(0.53, 0.95), price, profit], span)
    line = _told(canvas.points(path, price, "price"))
    return _drawn(
        canvas,
        _behind(canvas, peers),
        *_steps(canvas, path),
        line.mark_line(strokeWidth=1.75),
        line.mark_point(filled=True, size=22, opacity=1),
        *_profit(canvas, path, profit),
        height=TALL,
    )


def small_panels(path: pd.DataFrame, everyone: pd.DataFrame) -> Drawing:
    """Conviction and P/L of one account on the time axis of ``everyone``."""
    profit = band("P/L, $", (0.02, 0.3), path["pnl"], money, zero=True)
    canvas = _canvas([_conviction_band(0.44, 0.92), profit], everyone["at"])
    layers = (*_steps(canvas, path), *_profit(canvas, path, profit))
    return _drawn(canvas, *layers, height=SMALL)


def _conviction_band(low: float, high: float) -> Band:
    return Band("conviction", low, high, -2.0, 2.0, SCALE)


def _canvas(bands: Sequence[Band], moments: pd.Series[pd.Timestamp]) -> Canvas:
    first, last = moments.min() - MARGIN, moments.max() + MARGIN
    days = pd.date_range(first.normalize(), last)
    noons = days[:: -(-len(days) // MOST_DAYS)] + pd.Timedelta(hours=12)
    time = alt.X(
        "at:T",
        title=None,
        scale=alt.Scale(domain=[first.isoformat(), last.isoformat()], nice=False),
        axis=alt.Axis(
            values=[noon.isoformat() for noon in noons if first <= noon <= last],
            format="%a %d",
            ticks=False,
            grid=True,
        ),
    )
    return Canvas(tuple(bands), time, first + (last - first) / 2)


def _drawn(canvas: Canvas, *layers: Any, height: int) -> Drawing:
    return alt.layer(*layers, canvas.titles()).properties(height=height)


def _told(points: Any) -> Any:
    """What is known of a checkpoint, told when it is pointed at."""
    return points.encode(
        tooltip=[
            alt.Tooltip("who:N", title="account"),
            alt.Tooltip("local:N", title="when"),
            alt.Tooltip("conviction:Q", format="+.2f"),
            alt.Tooltip("before:Q", title="before", format="+.2f"),
            alt.Tooltip("action:N"),
            alt.Tooltip("rule:N"),
            alt.Tooltip("price:Q", title="price, $", format=",.2f"),
            alt.Tooltip("pnl:Q", title="P/L, $", format="+,.0f"),
        ]
    )


def _behind(canvas: Canvas, peers: pd.DataFrame) -> Any:
    base = _told(canvas.points(peers.assign(role=PEER), canvas.bands[0], "conviction"))
    lines = base.mark_line(interpolate="step-after", strokeWidth=1.25, opacity=0.8)
    return lines.encode(detail="account_id:N", color=role_colour())


def _steps(canvas: Canvas, path: pd.DataFrame) -> list[Any]:
    """The account's steps over a line at 0, and what checkpoints did as shapes and in words."""
    place = canvas.bands[0]
    base = _told(canvas.points(path.assign(role=ACCENT), place, "conviction"))
    line = base.mark_line(interpolate="step-after", strokeWidth=2.25).encode(color=role_colour())
    points = base.mark_point(filled=True, size=16, opacity=1).encode(color=role_colour())
    acted = path[path["flag"] != ""]
    shape = alt.Shape(
        "action:N",
        scale=alt.Scale(domain=list(SHAPES), range=list(SHAPES.values())),
        legend=None,
    )
    marks = _told(canvas.points(acted, place, "conviction")).mark_point(
        filled=True, size=110, opacity=1, color=READABLE
    )
    drawn = [canvas.line(place), line, points]
    if acted.empty:  # a layer without marks would still be announced, and without a name
        return drawn
    return [*drawn, marks.encode(shape=shape), *_words(canvas, acted)]


def _words(canvas: Canvas, acted: pd.DataFrame) -> list[Any]:
    """What was done, on the other side of 0 and in turns of rows: clear of the line and of each other."""
    turns = [FIRST_ROW + number % ROWS_OF_WORDS * BETWEEN_ROWS for number in range(len(acted))]
    rows = turns * acted["before"].gt(0).map({True: -1.0, False: 1.0})
    late = acted["at"] > canvas.middle
    placed = acted.assign(row=rows)
    return [
        canvas.points(placed[late == right], canvas.bands[0], "row")
        .mark_text(align=align, baseline="middle", dx=dx, fontSize=11, color=READABLE)
        .encode(text="flag:N")
        for right, align, dx in ((False, "left", -4), (True, "right", 4))
    ]


def _profit(canvas: Canvas, path: pd.DataFrame, room: Band) -> list[Any]:
    """Bars from 0; the last one of a closed position is what it brought net of costs."""
    signed = path.assign(
        role=path["pnl"].lt(0).map({True: LOSS, False: ACCENT}), ground=room.place(0.0)
    )
    bars = _told(canvas.points(signed, room, "pnl")).mark_bar(size=7, cornerRadiusEnd=2)
    return [canvas.line(room), bars.encode(y2="ground:Q", color=role_colour())]


def effect_lines(frame: pd.DataFrame) -> Drawing:
    """Columns ``who, session, total_usd, week_usd, week_effect, role``: what checkpoints brought so far."""
    base = alt.Chart(frame).encode(
        x=alt.X("session:T", title=None, axis=alt.Axis(format="%b %y", grid=False, tickCount=6)),
        y=alt.Y("total_usd:Q", title="so far, $", axis=alt.Axis(format="+,.0f", tickCount=5)),
        detail="who:N",
        color=role_colour(),
        strokeWidth=alt.condition(alt.datum.role == ACCENT, alt.value(2.5), alt.value(1.25)),
        order=alt.Order("role:N", sort="descending"),
        tooltip=[
            alt.Tooltip("who:N", title="account"),
            alt.Tooltip("session:T", title="week until", format="%a %d %b %Y"),
            alt.Tooltip("total_usd:Q", title="all checkpoints so far, $", format="+,.0f"),
            alt.Tooltip("week_usd:Q", title="of it this week, $", format="+,.0f"),
            alt.Tooltip("week_effect:Q", title="this week's return", format="+.2%"),
        ],
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(opacity=0.4, color=READABLE)
    return alt.layer(zero.encode(y="zero:Q"), base.mark_line()).properties(height=260)
