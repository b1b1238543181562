"""An open store with its desk, as of the week that is meant."""

from __future__ import annotations

from datetime import datetime

from config.terminal import options
from config.verbs.faces import Faces
from core.call_board import CallBoard
from core.clock import FixedClock, SystemClock, in_new_york
from core.desk.desk import Desk
from core.desk.opening import desk_kind
from core.desk.past_week import is_past, start_of
from core.errors import BadInput
from core.types import WeekId
from storage.event_store import SqlEventStore
from storage.queries import StoreReader
from storage.queries.weeks import week_ids


def read_week(store: SqlEventStore, text: str | None, now: datetime) -> WeekId:
    """The week of a date; by default the newest that was run, the current one before the first."""
    newest = week_ids(StoreReader(store.engine))[:1] if text is None else ()
    return newest[0] if newest else options.week(text, now)


class Opened:
    """An open store with its desk; a week that is over is lived as of its own Wednesday."""

    def __init__(
        self,
        faces: Faces,
        store: str | None,
        profile: str | None,
        week: str | None = None,
        *,
        reading: bool = False,
    ) -> None:
        self._wiring, self._reading = faces.wiring, reading
        if reading:
            self.settings, self.store = faces.existing(store, profile)
        else:
            asked = options.profile(profile)
            self.settings, self.store = faces.wiring.open_configured(store, asked)
        self.board = CallBoard()
        self.now = SystemClock().now()
        self.week: WeekId = (
            read_week(self.store, week, self.now) if reading else options.week(week, self.now)
        )
        past = is_past(self.week, self.now)
        schedule = self.settings.policy.schedule
        start = start_of(schedule, self._wiring.calendar(), self.week) if past else None
        self.desk = self.desk_at(start)

    def desk_at(self, instant: datetime | None) -> Desk:
        """The desk as of an instant of the past, now by default."""
        kind = desk_kind(self.store)
        broker = self.settings.broker_of(kind)
        if instant is not None and broker != "simulated" and not self._reading:
            raise BadInput(
                f"{in_new_york(instant):%Y-%m-%d} is over, and {broker} trades only now: live past "
                "weeks with `simulate`, in a store of their own"
            )
        clock = None if instant is None else FixedClock(instant)
        return self._wiring.build_desk(
            self.settings, self.store, kind=kind, clock=clock, heard=self.board
        )
