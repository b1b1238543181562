"""Conviction, price and P/L of a week over one time axis; shapes and words tell what colours repeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from pages.ui.bands import Band, Canvas, band, money
from pages.ui.charts import READABLE, Drawing
from pages.ui.theme import ACCENT, LOSS, PEER, role_colour

TALL, ALONE, SMALL, EFFECT = 440, 230, 235, 260
MARGIN, MOST_DAYS = pd.Timedelta(hours=5), 8
SCALE = ((-2.0, "−2"), (-1.0, "−1"), (0.0, "0"), (1.0, "+1"), (2.0, "+2"))
ROWS_OF_WORDS, FIRST_ROW, BETWEEN_ROWS = 3, 0.7, 0.55
SHAPES = {"EXIT": "cross", "REDUCE": "triangle-down", "FLIP": "diamond", "STAY": "circle"}
LATE = "datum.late ? {} : {}"
"""Words begin at their checkpoint, in the right half they end there."""
TOLD = ("conviction", "before", "price", "pnl")
DRAWN = ["at", "local", "action", "rule", "flag", *TOLD]
SIGN = "sign"


def week_panels(path: pd.DataFrame, peers: pd.DataFrame) -> Drawing:
    """One account's conviction with its ``peers`` in grey, its price and its P/L underneath.

    Both frames as of ``WeekConviction.path``, the account's own not empty.
    """
    span = pd.concat([path, peers])["at"]
    if path["price"].isna().all() or path["pnl"].isna().all():
        steps = _conviction_band(0.02, 0.9)
        canvas = _canvas([steps], span)
        own = _steps(canvas, canvas.placed(_known(path), conviction=steps), span)
        return _drawn(canvas, *_behind(canvas, peers), *own, height=ALONE)
    steps = _conviction_band(0.53, 0.95)
    price = band("price, $ a share", (0.27, 0.45), path["price"], money)
    profit = band("P/L since entry, $", (0.02, 0.19), path["pnl"], money, zero=True)
    canvas = _canvas([steps, price, profit], span)
    placed = canvas.placed(_known(path), conviction=steps, price=price, pnl=profit)
    prices = alt.Chart(placed).mark_line(strokeWidth=1.75, point={"size": 22})
    return _drawn(
        canvas,
        *_behind(canvas, peers),
        *_steps(canvas, placed, span),
        prices.encode(**_told(canvas, "price"), color=role_colour()),
        *_profit(canvas, placed, profit),
        height=TALL,
    )


def small_panels(path: pd.DataFrame, everyone: pd.DataFrame) -> Drawing:
    """Conviction and P/L of one account on the time axis of ``everyone``."""
    steps = _conviction_band(0.44, 0.92)
    profit = band("P/L, $", (0.02, 0.3), path["pnl"], money, zero=True)
    canvas = _canvas([steps, profit], everyone["at"])
    placed = canvas.placed(_known(path), conviction=steps, pnl=profit)
    own = _steps(canvas, placed, everyone["at"])
    return _drawn(canvas, *own, *_profit(canvas, placed, profit), height=SMALL)


def _known(path: pd.DataFrame) -> pd.DataFrame:
    """What is drawn and told of a path, with the roles that its colours stand for."""
    sign = path["pnl"].lt(0).map({True: LOSS, False: ACCENT})
    return path[DRAWN].assign(role=ACCENT, **{SIGN: sign})


def _conviction_band(low: float, high: float) -> Band:
    return Band("conviction", low, high, -2.0, 2.0, SCALE, ground=True)


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
    return Canvas(tuple(bands), time)


def _drawn(canvas: Canvas, *layers: Any, height: int) -> Drawing:
    return alt.layer(*layers, canvas.titles(), height=height)


def _told(canvas: Canvas, column: str) -> dict[str, Any]:
    """Where a checkpoint stands, and what is known of it when it is pointed at.

    All of a layer's encodings are given at once: Altair copies what a chart has at every further call.
    """
    return {
        "x": canvas.time,
        "y": canvas.y(f"{column}_place"),
        "tooltip": [
            alt.Tooltip("local:N", title="when"),
            alt.Tooltip("conviction:Q", format="+.2f"),
            alt.Tooltip("before:Q", title="before", format="+.2f"),
            alt.Tooltip("action:N"),
            alt.Tooltip("rule:N"),
            alt.Tooltip("price:Q", title="price, $", format=",.2f"),
            alt.Tooltip("pnl:Q", title="P/L, $", format="+,.0f"),
        ],
    }


def _behind(canvas: Canvas, peers: pd.DataFrame) -> list[Any]:
    """Every peer's steps, told apart by whom they belong to."""
    known = peers.loc[peers["conviction"].notna(), ["at", "who", "conviction"]]
    if known.empty:
        return []
    placed = canvas.placed(known.assign(role=PEER), conviction=canvas.bands[0])
    lines = alt.Chart(placed).mark_line(interpolate="step-after", strokeWidth=1.25, opacity=0.8)
    told = [alt.Tooltip("who:N", title="account"), alt.Tooltip("conviction:Q", format="+.2f")]
    where = {"x": canvas.time, "y": canvas.y("conviction_place")}
    return [lines.encode(**where, detail=alt.Detail("who:N"), color=role_colour(), tooltip=told)]


def _steps(canvas: Canvas, placed: pd.DataFrame, moments: pd.Series[pd.Timestamp]) -> list[Any]:
    """The account's steps, and what checkpoints did as shapes and in words."""
    steps = alt.Chart(placed[placed["conviction"].notna()]).mark_line(
        interpolate="step-after", strokeWidth=2.25, point={"size": 16}
    )
    line = steps.encode(**_told(canvas, "conviction"), color=role_colour())
    acted = placed[placed["flag"] != ""]
    if acted.empty:  # a layer without marks would still be announced, and without a name
        return [line]
    words = _with_rows(canvas, acted, moments)
    marks = alt.Chart(words).mark_point(filled=True, size=110, opacity=1, color=READABLE)
    scale = alt.Scale(domain=list(SHAPES), range=list(SHAPES.values()))
    text = alt.Chart(words).mark_text(
        align=alt.expr(LATE.format("'right'", "'left'")), fontSize=11, color=READABLE
    )
    told = text.encode(x=canvas.time, y=canvas.y("row_place"), text=alt.Text("flag:N"))
    shape = alt.Shape("action:N", scale=scale, legend=None)
    return [line, marks.encode(**_told(canvas, "conviction"), shape=shape), told]


def _with_rows(
    canvas: Canvas, acted: pd.DataFrame, moments: pd.Series[pd.Timestamp]
) -> pd.DataFrame:
    """Words stand on the other side of 0 and in turns of rows: clear of the line and of each other."""
    turns = [FIRST_ROW + number % ROWS_OF_WORDS * BETWEEN_ROWS for number in range(len(acted))]
    rows = turns * acted["before"].gt(0).map({True: -1.0, False: 1.0})
    middle = moments.min() + (moments.max() - moments.min()) / 2
    words = acted.assign(row=rows, late=acted["at"] > middle)
    return canvas.placed(words, row=canvas.bands[0])


def _profit(canvas: Canvas, placed: pd.DataFrame, room: Band) -> list[Any]:
    """Bars from 0; the last one of a closed position is what it brought net of costs."""
    known = placed[placed["pnl"].notna()]
    if known.empty:
        return []
    bars = alt.Chart(known).mark_bar(size=7, cornerRadiusEnd=2)
    ground = alt.Y2Datum(room.place(0.0))
    return [bars.encode(**_told(canvas, "pnl"), y2=ground, color=role_colour(SIGN))]


def effect_lines(frame: pd.DataFrame) -> Drawing:
    """Columns ``who, session, total_usd, role``: what checkpoints brought so far, a line an account."""
    lines = alt.Chart(frame).mark_line()
    drawn: alt.Chart = lines.encode(
        x=alt.X("session:T", title=None, axis=alt.Axis(format="%b %y", grid=False, tickCount=6)),
        y=alt.Y("total_usd:Q", title="so far, $", axis=alt.Axis(format="+,.0f", tickCount=5)),
        detail=alt.Detail("who:N"),
        color=role_colour(),
        strokeWidth=alt.condition(alt.datum.role == ACCENT, alt.value(2.5), alt.value(1.25)),
        order=alt.Order("role:N", sort="descending"),
        tooltip=[
            alt.Tooltip("who:N", title="account"),
            alt.Tooltip("session:T", title="week until", format="%a %d %b %Y"),
            alt.Tooltip("total_usd:Q", title="all checkpoints so far, $", format="+,.0f"),
        ],
    )
    return drawn.properties(height=EFFECT)
