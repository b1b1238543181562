"""Several scales over one time axis in one view: each takes a band of the height and keeps its numbers.

Deliberately not charts concatenated: those do not shrink to the width of a card, and each is a view of
its own for the browser to lay out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import altair as alt
import pandas as pd

from pages.ui.charts import READABLE

STEPS = (1, 2, 2.5, 5, 10)
HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Band:
    """``low`` to ``high`` of a chart's height (0 bottom, 1 top) shows ``least`` to ``most``.

    ``ticks`` are values with what is written beside them; ``ground`` says whether its zero is a line
    to stand on.
    """

    title: str
    low: float
    high: float
    least: float
    most: float
    ticks: tuple[tuple[float, str], ...]
    ground: bool = False

    def place(self, value: Any) -> Any:
        """Where a value (or a series of them) stands, as a share of the chart's height."""
        return self.low + (value - self.least) / (self.most - self.least) * (self.high - self.low)


def around(values: pd.Series[float], most_ticks: int, *, zero: bool = False) -> tuple[float, ...]:
    """Round numbers that hold every value between the first and the last, about as many as wanted."""
    least, most = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    if zero:
        least, most = min(least, 0.0), max(most, 0.0)
    if most - least < HAIR * max(abs(most), 1.0):
        least, most = least - max(abs(least) * 0.01, 0.5), most + max(abs(most) * 0.01, 0.5)
    rough = (most - least) / most_ticks
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * one for one in STEPS if unit * one >= rough * (1 - HAIR))
    first, last = floor(least / step + HAIR), ceil(most / step - HAIR)
    return tuple(step * number for number in range(first, last + 1))


def band(
    title: str,
    room: tuple[float, float],
    values: pd.Series[float],
    write: Callable[[float, float], str],
    *,
    zero: bool = False,
) -> Band:
    """A band for all of ``values`` in its ``room``; ``write`` gets a tick and the step between two."""
    marks = around(values.dropna(), 2, zero=zero)
    step = marks[1] - marks[0]
    ticks = tuple((mark, write(mark, step).replace("-", "−")) for mark in marks)
    return Band(title, *room, marks[0], marks[-1], ticks, zero)


def money(value: float, step: float) -> str:
    """Dollars, with cents where ticks are less than one apart."""
    return f"{value:,.{0 if step >= 1 else 2}f}"


def share(value: float, step: float) -> str:
    """A fraction in per cent."""
    return f"{value * 100 + 0.0:.{0 if step >= 0.01 - HAIR else 1}f} %"


@dataclass(frozen=True, slots=True)
class Canvas:
    """The axes that every layer over some bands has in common.

    All layers draw from one frame, in which ``placed`` wrote where each value stands: a frame less is
    a table less to send, and a layer less is a millisecond less of every rerun.
    """

    bands: tuple[Band, ...]
    time: alt.X

    def placed(self, frame: pd.DataFrame, **columns: Band) -> pd.DataFrame:
        """``frame`` with ``conviction_place`` for each column named, and so on."""
        return frame.assign(
            **{f"{name}_place": room.place(frame[name]).round(4) for name, room in columns.items()}
        )

    def y(self, field: str) -> alt.Y:
        """A column of places; the axis writes each band's own values and is strong at their zeros."""
        marks = sorted(
            (room.place(value), text) for room in self.bands for value, text in room.ticks
        )
        chain = " : ".join(f"datum.value < {at + HAIR:.7f} ? '{text}'" for at, text in marks)
        grounds = (room.place(0.0) for room in self.bands if room.ground)
        zero = " || ".join(f"abs(datum.value - {at:.7f}) < {HAIR}" for at in grounds) or "false"
        return alt.Y(
            f"{field}:Q",
            scale=alt.Scale(domain=[0, 1], nice=False),
            axis=alt.Axis(
                title=None,
                values=[at for at, _ in marks],
                labelExpr=f"{chain} : ''",
                labelOverlap=False,
                ticks=False,
                domain=False,
                grid=True,
                gridWidth={"condition": {"test": zero, "value": 2.5}, "value": 1},
            ),
        )

    def titles(self) -> Any:
        """What each band shows, in words above it."""
        names = {
            "place": [one.high for one in self.bands],
            "title": [one.title for one in self.bands],
        }
        words = alt.Chart(pd.DataFrame(names)).mark_text(
            x=0,
            align="left",
            baseline="bottom",
            dx=2,
            dy=-4,
            fontSize=11,
            color=READABLE,
            opacity=0.7,
        )
        return words.encode(y=self.y("place"), text=alt.Text("title:N"))
