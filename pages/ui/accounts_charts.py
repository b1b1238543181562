"""Charts of one account's record: equity over drawdown over exposure, rolling Sharpe, months."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from pages.ui.bands import Band, Canvas, band, money, share
from pages.ui.charts import READABLE, Drawing
from pages.ui.theme import ACCENT, PEER, SMALL_CHART_HEIGHT, role_colour

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
CLOSE = alt.Tooltip("at:T", title="close of", format="%a %d %b %Y")


def record_panels(own: pd.DataFrame, rivals: pd.DataFrame) -> Drawing:
    """Equity with its rivals, and on the same time axis how far below its peak it stood and was exposed.

    ``own``: ``at``, ``equity`` (USD), ``drawdown, gross, net`` (fractions of equity); ``rivals``:
    ``at, who, equity``, each dashed by its own name.
    """
    exposure = pd.Series([*own["gross"], *own["net"]])
    worth = pd.Series([*own["equity"], *rivals["equity"]])
    money_band = band("equity, $", (0.52, 0.95), worth, money)
    falls = band("below the peak so far", (0.29, 0.44), own["drawdown"], share, zero=True)
    held = band("exposure: gross shaded, net as a line", (0.02, 0.2), exposure, share, zero=True)
    canvas = Canvas((money_band, falls, held), _time(own["at"]))
    placed = canvas.placed(
        own.assign(role=ACCENT), equity=money_band, drawdown=falls, gross=held, net=held
    )
    chart = alt.Chart(placed)
    thin = chart.mark_line(interpolate="step-after", strokeWidth=1.25)
    return alt.layer(
        *_rivals(canvas, canvas.placed(rivals.assign(role=PEER), equity=money_band)),
        chart.mark_line(strokeWidth=2.25).encode(**_told(canvas, "equity")),
        _area(canvas, chart, "drawdown", falls),
        _area(canvas, chart, "gross", held),
        thin.encode(**_told(canvas, "net")),
        canvas.titles(),
        height=TALL,
    )


def _time(moments: pd.Series[pd.Timestamp]) -> alt.X:
    first, last = moments.min(), moments.max()
    form = "%d %b" if last - first < SHORT_SPAN else "%b %y"
    return alt.X(
        "at:T",
        title=None,
        scale=alt.Scale(domain=[first.isoformat(), last.isoformat()], nice=False),
        axis=alt.Axis(format=form, tickCount=6, grid=False, labelFlush=True),
    )


def _told(canvas: Canvas, column: str) -> dict[str, Any]:
    """Where a close stands, and what is known of it when it is pointed at."""
    return {
        "x": canvas.time,
        "y": canvas.y(f"{column}_place"),
        "color": role_colour(),
        "tooltip": [
            CLOSE,
            alt.Tooltip("equity:Q", title="equity, $", format=",.0f"),
            alt.Tooltip("drawdown:Q", title="below the peak", format="+.1%"),
            alt.Tooltip("gross:Q", title="gross exposure", format=".0%"),
            alt.Tooltip("net:Q", title="net exposure", format="+.0%"),
        ],
    }


def _rivals(canvas: Canvas, rivals: pd.DataFrame) -> list[Any]:
    """No layer where there is no rival: one without marks would be announced, and without a name."""
    if rivals.empty:
        return []
    return [
        alt.Chart(rivals)
        .mark_line(strokeWidth=1.5)
        .encode(
            x=canvas.time,
            y=canvas.y("equity_place"),
            color=role_colour(),
            strokeDash=alt.StrokeDash("who:N", sort=None, legend=None),
            tooltip=[
                alt.Tooltip("who:N", title="benchmark"),
                CLOSE,
                alt.Tooltip("equity:Q", title="worth, $", format=",.0f"),
            ],
        )
    ]


def _area(canvas: Canvas, chart: alt.Chart, column: str, room: Band) -> Any:
    area = chart.mark_area(opacity=0.3, interpolate="step-after")
    return area.encode(**_told(canvas, column), y2=alt.Y2Datum(room.place(0.0)))


def rolling_line(frame: pd.DataFrame) -> Drawing:
    """Columns ``at, sharpe``: the ratio over the window that ends there; gaps where unknown."""
    line = alt.Chart(frame.assign(role=ACCENT)).mark_line(strokeWidth=2)
    drawn = line.encode(
        x=_time(frame["at"]),
        y=alt.Y("sharpe:Q", title="Sharpe ratio", axis=alt.Axis(tickCount=6, format="+.1f")),
        color=role_colour(),
        tooltip=[
            CLOSE,
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
