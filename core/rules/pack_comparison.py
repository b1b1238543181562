"""Two research packs beside each other: where their typed fields agree, differ, or one says nothing.

Deliberately typed fields alone (impulses, biases, dates, instruments): whether two paragraphs mean the
same is no rule's business. Names are the same when their letters and digits are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.schemas.research import CalendarEvent, MacroRegime, ResearchPack


class Stand(StrEnum):
    AGREE = "agree"
    DIFFER = "differ"
    ONLY_A = "only A"
    ONLY_B = "only B"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing both could speak of; what a pack does not say is None."""

    subject: str
    a: str | None
    b: str | None

    @property
    def stand(self) -> Stand:
        if self.a is None or self.b is None:
            return Stand.ONLY_B if self.a is None else Stand.ONLY_A
        return Stand.AGREE if self.a == self.b else Stand.DIFFER


@dataclass(frozen=True, slots=True)
class PackComparison:
    """``regime`` with the guess of positioning, ``candidates`` with their bias, by instrument.

    ``narratives`` and ``events`` (by day) are there or not: they agree, or one pack alone has them.
    """

    regime: tuple[Point, ...]
    candidates: tuple[Point, ...]
    narratives: tuple[Point, ...]
    events: tuple[Point, ...]

    @property
    def differences(self) -> tuple[Point, ...]:
        """Where both speak and do not say the same."""
        both = (*self.regime, *self.candidates)
        return tuple(point for point in both if point.stand is Stand.DIFFER)

    @property
    def agreements(self) -> tuple[Point, ...]:
        both = (*self.regime, *self.candidates)
        return tuple(point for point in both if point.stand is Stand.AGREE)


def compare_packs(a: ResearchPack, b: ResearchPack) -> PackComparison:
    """Candidates in order of the instrument, events in order of their day."""
    return PackComparison(
        regime=_points(_regime(a), _regime(b)),
        candidates=_points(_biases(a), _biases(b)),
        narratives=_named(
            (one.name for one in a.top_narratives), (one.name for one in b.top_narratives)
        ),
        events=_events(a.event_calendar_next_7d, b.event_calendar_next_7d),
    )


def _regime(pack: ResearchPack) -> dict[str, str]:
    regime = pack.macro_regime
    found = {name: str(getattr(regime, name)) for name in MacroRegime.model_fields}
    return {**found, "positioning": str(pack.consensus_map.positioning_guess)}


def _biases(pack: ResearchPack) -> dict[str, str]:
    """A pack that names an instrument twice with two biases is of both minds."""
    found: dict[str, set[str]] = {}
    for candidate in pack.tradable_candidates:
        found.setdefault(candidate.instrument, set()).add(str(candidate.directional_bias))
    return {name: " and ".join(sorted(said)) for name, said in sorted(found.items())}


def _points(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[Point, ...]:
    """Subjects of A in its order, then those B alone has."""
    return tuple(Point(name, a.get(name), b.get(name)) for name in dict.fromkeys((*a, *b)))


def _named(a: Iterable[str], b: Iterable[str]) -> tuple[Point, ...]:
    """Each name as the pack that has it first spells it; both say the same when both have it."""
    left, right = ({_letters(name): name for name in names} for names in (a, b))
    spelled = {**right, **left}
    return tuple(
        Point(
            spelled[key],
            spelled[key] if key in left else None,
            spelled[key] if key in right else None,
        )
        for key in dict.fromkeys((*left, *right))
    )


def _events(a: Iterable[CalendarEvent], b: Iterable[CalendarEvent]) -> tuple[Point, ...]:
    """An event is the same when its name and its day are; a day the packs give differently differs."""
    left, right = _days(a), _days(b)
    names = {key: name for days in (right, left) for key, (name, _) in days.items()}
    points = [
        Point(
            name,
            left[key][1].isoformat() if key in left else None,
            right[key][1].isoformat() if key in right else None,
        )
        for key, name in names.items()
    ]
    return tuple(sorted(points, key=lambda point: (point.a or point.b or "", point.subject)))


def _days(events: Iterable[CalendarEvent]) -> dict[str, tuple[str, date]]:
    return {_letters(one.event): (one.event, one.date_et) for one in events}


def _letters(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
