"""The halts a recorded week saw: what a replay or a what-if of it is given again."""

from __future__ import annotations

from core.desk.writing import account_stream
from core.events.account import CheckpointDecided
from core.events.envelope import event_id
from core.events.week import RiskAssessed
from core.ports import EventStore
from core.schemas.breaker import Halt
from core.schemas.risk import RiskAssessment
from core.schemas.run import RunSpec
from core.types import AccountId


class RecordedHalts:
    """The `Halts` of a run as it was sized, and of each checkpoint by its slot's key.

    A run that never came to risk saw none, and a checkpoint that decided nothing needs none.
    """

    def __init__(self, store: EventStore, run: RunSpec) -> None:
        self._store = store
        self._run = run

    def of(self, account_id: AccountId, slot: str | None = None) -> tuple[Halt, ...]:
        return self._at_risk(account_id) if slot is None else self._at_slot(account_id, slot)

    def _at_slot(self, account_id: AccountId, slot: str) -> tuple[Halt, ...]:
        stream = account_stream(account_id)
        row = self._store.find(str(event_id(stream, CheckpointDecided.__name__, slot)))
        event = None if row is None else self._store.decode(row)
        return event.decision.halts if isinstance(event, CheckpointDecided) else ()

    def _at_risk(self, account_id: AccountId) -> tuple[Halt, ...]:
        for row in self._store.read(self._run.stream):
            if row.type == RiskAssessed.__name__ and row.run_id == self._run.run_id:
                event = self._store.decode(row)
                assert isinstance(event, RiskAssessed)  # by its type name
                assert isinstance(event.value, RiskAssessment)  # a week's, by its stream
                found = (one.halts for one in event.value.accounts if one.account_id == account_id)
                return next(found, ())
        return ()
