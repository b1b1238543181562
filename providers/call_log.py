"""One call's stream in the log: asked, then answered or failed; read back by request hash."""

from __future__ import annotations

from typing import TypeVar

from core.desk.spending import BUDGET_STREAM
from core.events.envelope import Append, Event, NewEvent, event_id
from core.events.spending import BudgetStopped
from core.ports import EventStore
from core.schemas.run import RunSpec
from core.types import StreamId

E = TypeVar("E", bound=Event)
STEPS = ("ModelFellBack",)


class CallLog:
    """The recorded calls of one run, a stream a call (``run/{run_id}/{call}``)."""

    def __init__(self, store: EventStore, run: RunSpec) -> None:
        self._store = store
        self._run = run

    def recorded(self, call: str, kind: type[E], request_hash: str) -> E | None:
        """The newest event of that kind with that hash; None if there is none."""
        found = self.every(call, kind, request_hash)
        return found[-1] if found else None

    def every(self, call: str, kind: type[E], request_hash: str) -> list[E]:
        """Every event of that kind with that hash, in the order in which they happened."""
        found = []
        for row in self._store.read(self._stream(call)):
            if row.type == kind.__name__ and row.payload.get("request_hash") == request_hash:
                event = self._store.decode(row)
                assert isinstance(event, kind)  # the registry maps this type name to this class
                found.append(event)
        return found

    def budget_stop(self, call: str) -> BudgetStopped | None:
        """The newest stop of this call for want of money; None if it was never stopped."""
        found: BudgetStopped | None = None
        for row in self._store.read(BUDGET_STREAM):
            if row.week_id == self._run.week_id and row.payload.get("call") == call:
                event = self._store.decode(row)
                assert isinstance(event, BudgetStopped)  # nothing else is in that stream
                found = event
        return found

    def append(self, call: str, event: Event, request_hash: str, latency_ms: float = 0.0) -> None:
        """Append at the end of the call's stream; ``latency_ms`` is telemetry, not history."""
        stream = self._stream(call)
        version = self._store.head(stream).version
        new = NewEvent(
            event=event,
            event_id=event_id(stream, type(event).__name__, request_hash, version),
            occurred_at=self._run.as_of,
            week_id=self._run.week_id,
            run_id=self._run.run_id,
            metadata={"actor": "desk"},
            telemetry={"latency_ms": round(latency_ms, 3)} if latency_ms else {},
        )
        self._store.commit([Append(stream, [new], version)])

    def asked_unanswered(self, call: str, request_hash: str) -> bool:
        """Whether this question is still open: the process died before an answer was stored.

        A step to a deputy is no answer.
        """
        rows = [row for row in self._store.read(self._stream(call)) if row.type not in STEPS]
        if not rows:
            return False
        asked = rows[-1].type.endswith("Requested")
        return asked and rows[-1].payload.get("request_hash") == request_hash

    def _stream(self, call: str) -> StreamId:
        return self._run.call_stream(call)
