"""Shapes of a drawing in its own coordinates; colours come from the style sheet, by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Path:
    points: tuple[Point, ...]
    kind: str

    @property
    def d(self) -> str:
        """SVG path data, one decimal place: a pixel's tenth."""
        return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in self.points)


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    kind: str


@dataclass(frozen=True, slots=True)
class Word:
    """Text at a point; ``anchor`` as SVG has it: start, middle or end."""

    x: float
    y: float
    text: str
    kind: str = "tick"
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    """``label`` says in words what is drawn, for those who do not see it."""

    width: float
    height: float
    label: str
    boxes: Sequence[Box] = ()
    paths: Sequence[Path] = ()
    dots: Sequence[Dot] = ()
    words: Sequence[Word] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to places."""

    low: float
    high: float
    start: float
    end: float
    _span: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_span", (self.high - self.low) or 1.0)

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / self._span * (self.end - self.start)

    def ticks(self, count: int) -> list[float]:
        """Values evenly from low to high, both included."""
        return [self.low + self._span * n / (count - 1) for n in range(count)]


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Places moved so that neighbours are ``gap`` apart, in the order given, as near as can be."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    shift = sum(new - old for new, old in zip(moved, places, strict=True)) / max(len(moved), 1)
    return [place - shift for place in moved]
