"""The week that may go on: what the leader of a desk that asks people looks at at every round."""

from __future__ import annotations

from datetime import datetime

from core.desk.approval import expire
from core.desk.tail import Tail
from core.events.approval import ApprovalDecided, ApprovalExpired, OrdersProposed
from core.events.envelope import Event, StoredEvent
from core.events.week import RunCompleted, WeekClaimed
from core.ports import EventStore
from core.rules.ballot import Ballot, fold
from core.types import WeekId

WORDS = (OrdersProposed.__name__, ApprovalDecided.__name__, ApprovalExpired.__name__)
TYPES = (*WORDS, WeekClaimed.__name__, RunCompleted.__name__)


class ReadyWeek:
    """The newest week's proposal, read on at each look: a round in which nothing is new reads nothing."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._tail = Tail(store, TYPES)
        self._claimed = WeekId("")
        self._said: list[tuple[datetime, Event]] = []
        self._ballot: Ballot | None = None
        self._completed = False

    def asked(self) -> bool:
        """Whether any week was ever proposed."""
        self._refresh()
        return self._ballot is not None

    def week(self, at: datetime) -> WeekId | None:
        """The week whose run may go on because all of its proposal is decided or expired by now.

        What is over by ``at`` is recorded as expired. None while there is no such week.
        """
        self._refresh()
        if self._ballot is not None and self._ballot.pending and at >= self._ballot.expires_at:
            expire(self._store, at)
            self._refresh()
        found = self._ballot
        if found is None or found.pending or self._completed or self._claimed > found.week_id:
            return None
        return found.week_id

    def _refresh(self) -> None:
        for row in self._tail.read():
            if row.type == WeekClaimed.__name__:
                self._claimed = max(self._claimed, WeekId(str(row.week_id)))
            elif row.type == RunCompleted.__name__:
                self._completed |= self._ballot is not None and row.run_id == self._ballot.run_id
            else:
                self._hear(row)

    def _hear(self, row: StoredEvent) -> None:
        """A newer week's proposal takes the place of the one before; words on an older one are late."""
        said = datetime.fromisoformat(row.occurred_at), self._store.decode(row)
        known = self._ballot
        if row.type == OrdersProposed.__name__:
            if known is not None and str(row.week_id) <= known.week_id:
                return
            self._said, self._completed = [], False
        elif known is None or row.run_id != known.run_id:
            return
        self._said.append(said)
        self._ballot = fold(self._said)
