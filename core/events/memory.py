"""Events of the memory: what was heard from outside to be remembered; the rest is in the log already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from core.events.envelope import Event
from core.events.week import ValueBound
from core.schemas.setups import Neighbour


class ConditionsRemembered(Event):
    """The market at a session's close, as it was known then.

    ``figures`` by name: returns, distances, shares and volatilities are fractions, ``vix`` its close.
    ``sectors`` are mean returns of five sessions, fractions; ``known_at`` the instant the bars were asked
    as of.
    """

    session: date
    known_at: datetime
    source: str
    figures: Mapping[str, float]
    sectors: Mapping[str, float]


class SimilarWeeksRecalled(ValueBound):
    """What a run was told of past weeks, nearest first, with distances."""

    value: tuple[Neighbour, ...]
