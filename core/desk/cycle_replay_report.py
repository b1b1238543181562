"""What a cycle's replay found: its run, its calls, its orders and its trades against the same again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.desk.cycle_trades import run_stream
from core.desk.recorded_cycle import RecordedCycle
from core.desk.replay_report import (
    ATTEMPTS,
    Difference,
    ReplayReport,
    differences_in,
)
from core.desk.writing import account_stream
from core.errors import CouncilError
from core.events.account import OrderAccepted, OrderIntended, OrderRejected
from core.events.cycle import TradeExecuted, TradeOutcomeKnown
from core.events.envelope import StoredEvent
from core.ports import EventStore
from core.types import StreamId

TOLD = (TradeExecuted.__name__, TradeOutcomeKnown.__name__)
"""What came of the orders, whenever that was."""
DECIDED = (OrderIntended.__name__, OrderAccepted.__name__, OrderRejected.__name__)
FIRST = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one stream that belong together; not ``whole``: others lay between them."""

    rows: Sequence[StoredEvent]
    again: Sequence[StoredEvent]
    whole: bool


def compare_cycle(
    store: EventStore,
    scratch: EventStore,
    known: RecordedCycle,
    found: tuple[Difference | None, CouncilError | None],
) -> ReplayReport:
    """``found`` is a difference in what the agents were told, and what ended the replay early."""
    told, failure = found
    parts = [part for part in _parts(store, scratch, known) if part.rows or part.again]
    rows = [row for part in parts for row in part.rows]
    resumed_at = max((row.position for row in rows if row.type in ATTEMPTS), default=FIRST)
    differing = [] if told is None else [(FIRST, told)]
    differing += [
        one
        for part in parts
        for one in differences_in(part.rows, part.again, resumed_at, failure, moved=not part.whole)
    ]
    return ReplayReport(
        week_id=known.cycle.run.week_id,
        run_id=known.cycle.run.run_id,
        streams=len({row.stream_id for row in rows}),
        events=len(rows),
        orders=sum(row.type == OrderIntended.__name__ for row in rows),
        difference=_staged(min(differing, key=lambda one: one[0])[1]) if differing else None,
    )


def _staged(found: Difference) -> Difference:
    """A call is named by the agent that asked, whose stage it is."""
    agent = found.stream.rpartition("/cycle/")[2]
    is_call = found.stage is None and agent != found.stream
    return replace(found, stage=agent) if is_call else found


def _parts(store: EventStore, scratch: EventStore, known: RecordedCycle) -> Iterator[Part]:
    run = run_stream(known.cycle.run.run_id)
    frozen, end = known.frozen, known.end.position
    rows, again = (_after(one, run, frozen) for one in (store, scratch))
    yield Part(
        [row for row in rows if row.type not in TOLD and row.position <= end],
        [row for row in again if row.type not in TOLD],
        whole=not any(row.type in TOLD and row.position < end for row in rows),
    )
    yield _part((rows, again), lambda row: row.type in TOLD)
    for stream in _calls(store, run) | _calls(scratch, run):
        yield Part(list(store.read(stream)), list(scratch.read(stream)), whole=True)
    account = account_stream(known.cycle.spec.account_id)
    both = (list(one.read(account)) for one in (store, scratch))
    run_id = known.cycle.run.run_id
    yield _part(both, lambda row: row.type in DECIDED and row.run_id == run_id)


def _part(both: Iterable[Sequence[StoredEvent]], belongs: Callable[[StoredEvent], bool]) -> Part:
    """Some of the rows of a stream and of the same stream done again."""
    rows, again = ([row for row in one if belongs(row)] for one in both)
    return Part(rows, again, whole=False)


def _after(store: EventStore, stream: StreamId, frozen: StoredEvent) -> list[StoredEvent]:
    """What follows the frozen market in the run's own stream."""
    return list(store.read(stream, frozen.version))


def _calls(store: EventStore, run: StreamId) -> set[StreamId]:
    """The streams of the run's questions to models."""
    return {stream for stream in store.heads() if stream.startswith(f"{run}/")}
