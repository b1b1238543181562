"""A run's finished stages: a view over its stream, written in one transaction a stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core import keys
from core.context import ContextKey
from core.desk.writing import new_event
from core.events.envelope import Append, Event, NewEvent
from core.events.week import StageCompleted, StageFailed, StagesMarkedStale, ValueBound
from core.ports import EventStore, FinishedStage
from core.schemas.run import RunSpec
from core.types import StreamId

Bookings = Callable[[FinishedStage], Iterable[tuple[StreamId, Event, tuple[object, ...]]]]
"""Events a finished stage causes in other streams (an account's target and orders)."""


def no_bookings(
    finished: FinishedStage,  # noqa: ARG001 - the signature of Bookings
) -> Iterable[tuple[StreamId, Event, tuple[object, ...]]]:
    """What-if runs never touch an account."""
    return ()


def keys_by_event() -> Mapping[str, tuple[ContextKey[Any], ...]]:
    """Event type → the keys whose value it may carry: a week and a cycle share ``RiskAssessed``."""
    found: dict[str, tuple[ContextKey[Any], ...]] = {}
    for key in vars(keys).values():
        if isinstance(key, ContextKey) and key.event is not None:
            name = key.event.__name__
            found[name] = (*found.get(name, ()), key)
    return found


class RunJournal:
    """The `Journal` port over a run's stream; ``inherited`` are a parent's stages a rerun starts from."""

    def __init__(
        self,
        store: EventStore,
        run: RunSpec,
        stream: StreamId,
        bookings: Bookings = no_bookings,
        inherited: Sequence[FinishedStage] = (),
    ) -> None:
        self._store = store
        self._run = run
        self._stream = stream
        self._bookings = bookings
        self._inherited = tuple(inherited)

    def finished(self) -> Sequence[FinishedStage]:
        return (*self._inherited, *finished_stages(self._store, self._stream, self._run))

    def record(self, finished: FinishedStage) -> None:
        events = [self._bound(finished, key, value) for key, value in finished.values.items()]
        events.append(self._completed(finished))
        appends = [self._append(self._stream, events)]
        others: dict[StreamId, list[NewEvent]] = {}
        for stream, event, what in self._bookings(finished):
            others.setdefault(stream, []).append(self._new(stream, event, *what))
        appends += [self._append(stream, booked) for stream, booked in others.items()]
        self._store.commit(appends)

    def record_failure(self, stage: str, error: Exception) -> None:
        version = self._store.head(self._stream).version
        failed = StageFailed(
            run_id=self._run.run_id, stage=stage, error=type(error).__name__, message=str(error)
        )
        event = self._new(self._stream, failed, stage, version)
        self._store.commit([Append(self._stream, [event], version)])

    def record_stale(self, stages: Sequence[str], reason: str) -> None:
        version = self._store.head(self._stream).version
        event = StagesMarkedStale(run_id=self._run.run_id, stages=tuple(stages), reason=reason)
        new = self._new(self._stream, event, *stages, reason)
        if self._store.find(str(new.event_id)) is None:
            self._store.commit([Append(self._stream, [new], version)])

    def _bound(self, finished: FinishedStage, key: ContextKey[Any], value: Any) -> NewEvent:
        assert key.event is not None, f"{key.name} is given at the start, no stage may give it"
        event = key.event(run_id=self._run.run_id, stage=finished.stage, value=value)
        return self._new(self._stream, event, finished.stage, key.name)

    def _completed(self, finished: FinishedStage) -> NewEvent:
        event = StageCompleted(
            run_id=self._run.run_id,
            stage=finished.stage,
            fingerprint=finished.fingerprint,
            gives=tuple(key.name for key in finished.values),
            skipped=finished.skipped,
        )
        new = self._new(self._stream, event, finished.stage)
        if finished.seconds is None:
            return new
        # How long it took differs from one replay to the next: beside history, not in it.
        return replace(new, telemetry={"duration_s": round(finished.seconds, 3)})

    def _append(self, stream: StreamId, events: Sequence[NewEvent]) -> Append:
        return Append(stream, events, self._store.head(stream).version)

    def _new(self, stream: StreamId, event: Event, *what: object) -> NewEvent:
        run = self._run
        what = (run.run_id, *what)
        return new_event(stream, event, what, run.as_of, week_id=run.week_id, run_id=run.run_id)


def finished_stages(store: EventStore, stream: StreamId, run: RunSpec) -> list[FinishedStage]:
    """Every stage this run completed, with its values decoded, in order of completion."""
    by_event = keys_by_event()
    values: dict[str, dict[str, Any]] = {}
    done: list[FinishedStage] = []
    for row in store.read(stream):
        if row.run_id != run.run_id:
            continue
        if row.type in by_event:
            event = store.decode(row)
            assert isinstance(event, ValueBound)  # keys_by_event lists only these
            values.setdefault(event.stage, {})[row.type] = event.value
        elif row.type == StageCompleted.__name__:
            completed = store.decode(row)
            assert isinstance(completed, StageCompleted)  # by its type name
            done.append(
                FinishedStage(
                    completed.stage,
                    completed.fingerprint,
                    {
                        key: value
                        for kind, value in values.get(completed.stage, {}).items()
                        for key in by_event[kind]
                        if key.name in completed.gives
                    },
                    completed.skipped,
                )
            )
    return done
