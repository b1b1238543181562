"""Charts of one account's record: equity over drawdown over exposure, rolling Sharpe, months."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from pages.ui.bands import Band, Canvas, band, money, share
from pages.ui.charts import READABLE, Drawing
from pages.ui.theme import ACCENT, SMALL_CHART_HEIGHT, role_colour

TALL = 480
SHORT_SPAN = pd.Timedelta(days=150)
MONTHS = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
    "year",
]
ROW_PX, FRAME_PX = 30, 45


def record_panels(own: pd.DataFrame, rivals: pd.DataFrame) -> Drawing:
    """Equity with its rivals, and on the same time axis how far below its peak it stood and was exposed.

    ``own``: ``at, who, role, equity`` (USD), ``drawdown, gross, net`` (fractions of equity), ``local``;
    ``rivals``: ``at, who, role, equity, local``, each dashed by its own name.
    """
    exposure = pd.Series([*own["gross"], *own["net"]])
    worth = pd.Series([*own["equity"], *rivals["equity"]])
    bands = (
        band("equity, $", (0.52, 0.95), worth, money),
        band("below the peak so far", (0.29, 0.44), own["drawdown"], share, zero=True),
        band("exposure: gross shaded, net as a line", (0.02, 0.2), exposure, share, zero=True),
    )
    canvas = Canvas(bands, _time(own["at"]), own["at"].min())
    equity = _told(canvas.points(own, bands[0], "equity"))
    return alt.layer(
        canvas.line(bands[1]),
        canvas.line(bands[2]),
        _rivals(canvas, rivals),
        equity.mark_line(strokeWidth=2.25).encode(color=role_colour()),
        _area(canvas, own, bands[1], "drawdown"),
        _area(canvas, own, bands[2], "gross"),
        _told(canvas.points(own, bands[2], "net"))
        .mark_line(interpolate="step-after", strokeWidth=1.25)
        .encode(color=role_colour()),
        canvas.titles(),
    ).properties(height=TALL)


def _time(moments: pd.Series[pd.Timestamp]) -> alt.X:
    first, last = moments.min(), moments.max()
    form = "%d %b" if last - first < SHORT_SPAN else "%b %y"
    return alt.X(
        "at:T",
        title=None,
        scale=alt.Scale(domain=[first.isoformat(), last.isoformat()], nice=False),
        axis=alt.Axis(format=form, tickCount=6, grid=False, labelFlush=True),
    )


def _told(points: Any) -> Any:
    return points.encode(
        tooltip=[
            alt.Tooltip("who:N", title="record of"),
            alt.Tooltip("local:N", title="close of"),
            alt.Tooltip("equity:Q", title="equity, $", format=",.0f"),
            alt.Tooltip("drawdown:Q", title="below the peak", format="+.1%"),
            alt.Tooltip("gross:Q", title="gross exposure", format=".0%"),
            alt.Tooltip("net:Q", title="net exposure", format="+.0%"),
        ]
    )


def _rivals(canvas: Canvas, rivals: pd.DataFrame) -> Any:
    told = [
        alt.Tooltip("who:N", title="benchmark"),
        alt.Tooltip("local:N", title="close of"),
        alt.Tooltip("equity:Q", title="worth, $", format=",.0f"),
    ]
    lines = canvas.points(rivals, canvas.bands[0], "equity").mark_line(strokeWidth=1.5)
    dash = alt.StrokeDash("who:N", sort=None, legend=None)
    return lines.encode(detail="who:N", color=role_colour(), strokeDash=dash, tooltip=told)


def _area(canvas: Canvas, own: pd.DataFrame, room: Band, column: str) -> Any:
    ground = own.assign(ground=room.place(0.0))
    area = _told(canvas.points(ground, room, column))
    return area.mark_area(opacity=0.3, interpolate="step-after").encode(
        y2="ground:Q", color=role_colour()
    )


def rolling_line(frame: pd.DataFrame) -> Drawing:
    """Columns ``at, sharpe, local``: the ratio over the window that ends there; gaps where unknown."""
    line = alt.Chart(frame.assign(role=ACCENT)).mark_line(strokeWidth=2)
    drawn = line.encode(
        x=_time(frame["at"]),
        y=alt.Y("sharpe:Q", title="Sharpe ratio", axis=alt.Axis(tickCount=6, format="+.1f")),
        color=role_colour(),
        tooltip=[
            alt.Tooltip("local:N", title="window until"),
            alt.Tooltip("sharpe:Q", title="Sharpe ratio", format="+.2f"),
        ],
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(opacity=0.45, color=READABLE)
    return alt.layer(zero.encode(y="zero:Q"), drawn).properties(height=SMALL_CHART_HEIGHT)


def month_heatmap(frame: pd.DataFrame) -> Drawing:
    """Columns ``year, month`` (as in ``MONTHS``), ``value`` (fraction), ``part``: a cell a month."""
    shown = frame.assign(value=frame["value"] * 100)
    edge = max(float(shown.loc[shown["month"] != MONTHS[-1], "value"].abs().max()), 0.5)
    base = alt.Chart(shown).encode(
        x=alt.X("month:N", title=None, sort=MONTHS, scale=alt.Scale(domain=MONTHS)).axis(
            labelAngle=0, labelOverlap=False, orient="top", ticks=False, domain=False
        ),
        y=alt.Y("year:N", title=None, sort="descending").axis(ticks=False, domain=False),
        tooltip=[
            alt.Tooltip("month:N"),
            alt.Tooltip("year:N"),
            alt.Tooltip("value:Q", title="return, %", format="+.2f"),
            alt.Tooltip("part:N", title="sessions"),
        ],
    )
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color(
            "value:Q",
            scale=alt.Scale(domain=[-edge, edge], domainMid=0, clamp=True, interpolate="rgb"),
            legend=None,
        )
    )
    numbers = base.mark_text(fontSize=10, color=READABLE)
    rows = frame["year"].nunique()
    drawn = alt.layer(cells, numbers.encode(text=alt.Text("value:Q", format="+.1f")))
    return drawn.properties(height=max(ROW_PX * rows + FRAME_PX, 3 * ROW_PX + FRAME_PX))
