"""The shift of a desk on which nothing comes due any more: what people ask for is still done."""

from __future__ import annotations

from core.desk.desk import Desk
from core.desk.lanes import Lanes
from core.desk.scheduling import Pauses
from core.desk.shift import CrewOf


class ClosedShift:
    """As `Shift`, for a lived simulation or a demonstration whose prices end.

    Deliberately without slots, settling, a word to people or a record of its own: a replay or an
    export leaves its history as it is.
    """

    def __init__(self, desk: Desk, crew: CrewOf | None) -> None:
        self.desk = desk
        self.lanes = Lanes()
        self._pauses = Pauses(desk.store)
        self._crew = None if crew is None else crew(desk, self.lanes)

    def round(self) -> str | None:
        """Begin jobs that may begin; why none does, when the scheduler is paused."""
        pause = self._pauses.holding()
        if pause is not None:
            return f"paused by {pause.by}: {pause.reason}"
        if self._crew is not None:
            self._crew.round()
        return None
