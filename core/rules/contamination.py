"""Whether a model may have known how a week went: its knowledge cut-off against the week's Wednesday."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from core.types import WeekId, wednesday

A_WEEK = timedelta(days=7)


class Knowledge(StrEnum):
    """``unknown``: no cut-off is on record, and the week was over when the model was asked."""

    CLEAN = "clean"
    UNKNOWN = "unknown"
    CONTAMINATED = "contaminated"


def knowledge(week_id: WeekId, cutoff: date | None, asked_on: date, *, computed: bool) -> Knowledge:
    """What a model asked on ``asked_on`` could know of the week.

    Rules know nothing (``computed``). A week that was not over when the model was asked is clean
    whatever its maker says or leaves unsaid: nobody is trained on tomorrow.
    """
    begins = wednesday(week_id)
    if computed or asked_on < begins + A_WEEK:
        return Knowledge.CLEAN
    if cutoff is None:
        return Knowledge.UNKNOWN
    return Knowledge.CONTAMINATED if cutoff >= begins else Knowledge.CLEAN


def worst(states: Iterable[Knowledge]) -> Knowledge:
    """A council knows what any of its models knows."""
    order = list(Knowledge)
    return max(states, key=order.index, default=Knowledge.CLEAN)
