"""The memory's daily work: the market's conditions are heard once, and the index takes in the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from config.settings import Settings
from core.desk.conditions import remember_conditions
from core.desk.desk import Desk
from core.desk.slots import Job
from core.desk.strategy_switch import is_on
from core.memory import Memory

NOBODY_ASKS = "no strategy of cycles is on and the council is told nothing: nothing is kept"


def with_memory(desk: Desk, settings: Settings, memory: Callable[[], Memory]) -> Desk:
    """The desk with the daily slot of its memory; ``memory`` is asked for when that is due."""

    def remember(at: datetime) -> str:
        if not wanted(desk, settings):
            return NOBODY_ASKS
        sessions = remember_conditions(desk, at)
        gained = memory().catch_up()
        return f"conditions of {sessions} sessions; {sum(gained.values())} documents remembered"

    return replace(desk, upkeep={**desk.upkeep, Job.MEMORY: remember})


def wanted(desk: Desk, settings: Settings) -> bool:
    """Whether anybody is there to ask: a strategy of cycles, the council, or a person's wish."""
    spec = settings.memory.spec
    cycles = [one for one in settings.strategies if one.pipeline == "cycle"]
    return spec.daily or spec.council or any(is_on(desk.store, one) for one in cycles)
