"""A week as the log holds it: its run, its slots, what it saw, and what its broker did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.desk.flatten import REASON as FLATTENED
from core.desk.opening import recorded_policy
from core.desk.runs import started_event, the_official_run
from core.desk.settle import ENDED_BY_BROKER
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job, Slot
from core.desk.writing import SETTINGS_STREAM, week_stream
from core.errors import BadInput
from core.events.account import (
    OrderAccepted,
    OrderCancelled,
    OrderFilled,
    OrderIntended,
    OrderRejected,
)
from core.events.envelope import Event, StoredEvent
from core.events.market import PricesObserved, UniverseMarked
from core.events.system import PromptsRecorded, SlotFinished
from core.events.week import StageCompleted, WeekClaimed
from core.policy import DeskPolicy
from core.ports import EventStore
from core.schemas.market import MarkedPrice
from core.schemas.order import BrokerFill, OrderIntent
from core.schemas.run import RunSpec
from core.types import StreamId, WeekId, wednesday


class ReplayCursor:
    """``position`` is that of the event which ended the step being replayed: later fills are unknown."""

    def __init__(self) -> None:
        self.position = 0


@dataclass(frozen=True, slots=True)
class RecordedOrders:
    """What became of each client order id; each fill with the log position it was recorded at.

    ``ended`` are those the broker ended by itself, with that position and instant; ``found`` those of
    older weeks that had been sent and not recorded when the run began. ``intents`` are all so far.
    ``taken_back`` are those cancelled to flatten everything.
    """

    intents: dict[str, OrderIntent] = field(default_factory=dict)
    broker_ids: dict[str, str] = field(default_factory=dict)
    accepted_at: dict[str, datetime] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    fills: dict[str, list[tuple[int, BrokerFill]]] = field(default_factory=dict)
    ended: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    unshortable: set[str] = field(default_factory=set)

    def ends_after(self, position: int) -> Sequence[tuple[int, datetime]]:
        """Where and when the broker was heard to have ended an order, later in the log than this."""
        return sorted(end for end in self.ended.values() if end[0] > position)

    def has_fills_after(self, position: int) -> bool:
        """Whether a fill was recorded later in the week than this position of the log."""
        return any(at > position for fills in self.fills.values() for at, _ in fills)


@dataclass(frozen=True, slots=True)
class RecordedWeek:
    """Positions run from ``first`` (the claim) to before ``end`` (the next claim, of whatever week).

    ``until`` is the last stage the run completed, None when it completed none.
    ``slots`` are the slots run in between, each with the position of the event that ended it;
    ``observed`` every price a slot saw, by instant.
    """

    run: RunSpec
    policy: DeskPolicy
    templates: Mapping[str, str]
    until: str | None
    first: int
    end: int
    slots: tuple[tuple[int, Slot], ...]
    observed: tuple[tuple[datetime, Sequence[MarkedPrice]], ...]
    orders: RecordedOrders

    @property
    def previous_week(self) -> WeekId:
        return WeekId((wednesday(self.run.week_id) - timedelta(days=7)).isoformat())


def recorded_week(store: EventStore, week_id: WeekId) -> RecordedWeek:
    """Everything a replay of the week needs; BadInput when it was never run."""
    run = the_official_run(store, week_id)
    started = started_event(store, run)
    first = _claim_position(store, week_id)
    end = _end_position(store, first)
    slots: list[tuple[int, Slot]] = []
    observed: list[tuple[datetime, Sequence[MarkedPrice]]] = []
    policy = recorded_policy(store, started.settings_fingerprint)
    orders = RecordedOrders(
        unshortable={asset.symbol for asset in policy.assets if not asset.shortable}
    )
    # An order of the week before may be filled in parts on both sides of the claim.
    for row, event in _events(store, 1, first, (OrderIntended, OrderFilled)):
        note_order(orders, row, event)
    began = _first_stage(store, run, end)
    for row, event in _events(store, first, end, KINDS):
        if isinstance(event, SlotFinished):
            if event.outcome in WORKED and event.job in TRADING:
                slots.append((row.position, _slot(event)))
        elif isinstance(event, PricesObserved):
            observed.append((event.as_of, event.prices))
        elif isinstance(event, UniverseMarked):
            observed.append((datetime.fromisoformat(row.occurred_at), event.prices))
            observed += [(one.known_at, [one]) for one in event.opens]
        else:
            note_order(orders, row, event)
            if isinstance(event, OrderAccepted) and row.position < began:
                orders.found.add(event.client_order_id)
    return RecordedWeek(
        run=run,
        policy=policy,
        templates=recorded_templates(store, started.prompts_fingerprint),
        until=_last_stage(store, run),
        first=first,
        end=end,
        slots=tuple(item for item in slots if item[1].job is not Job.WEEKLY),
        observed=tuple(observed),
        orders=orders,
    )


WORKED = (SlotOutcome.DONE, SlotOutcome.FAILED)
"""Slots that did something; one that was missed or skipped is not done again either."""
TRADING = (Job.WEEKLY, Job.CHECKPOINT, Job.FILLS, Job.HORIZON, Job.MARK, Job.POSTMORTEM)
KINDS = (
    SlotFinished,
    PricesObserved,
    UniverseMarked,
    OrderIntended,
    OrderAccepted,
    OrderRejected,
    OrderFilled,
    OrderCancelled,
)


def _events(
    store: EventStore, first: int, end: int, kinds: Iterable[type[Event]]
) -> Iterator[tuple[StoredEvent, Event]]:
    for row in store.read_all(first - 1, [kind.__name__ for kind in kinds]):
        if row.position >= end:
            return
        yield row, store.decode(row)


def note_order(orders: RecordedOrders, row: StoredEvent, event: Event) -> None:
    """Add what one event says of an order."""
    if isinstance(event, OrderIntended):
        orders.intents[event.intent.client_order_id] = event.intent
    elif isinstance(event, OrderCancelled) and event.reason == ENDED_BY_BROKER:
        ended = row.position, datetime.fromisoformat(row.occurred_at)
        orders.ended[event.client_order_id] = ended
    elif isinstance(event, OrderCancelled) and event.reason == FLATTENED:
        orders.taken_back.add(event.client_order_id)
    elif isinstance(event, OrderAccepted):
        orders.broker_ids[event.client_order_id] = event.broker_order_id
        orders.accepted_at[event.client_order_id] = event.sent_at
    elif isinstance(event, OrderRejected):
        orders.refusals[event.client_order_id] = event.reason
    elif isinstance(event, OrderFilled):
        fills = orders.fills.setdefault(event.fill.client_order_id, [])
        fills.append((row.position, event.fill))


def _slot(event: SlotFinished) -> Slot:
    return Slot(
        job=Job(event.job),
        at=event.at,
        session=event.session,
        label=event.label,
        week_id=event.slot_week_id,
        previous=event.previous,
    )


def _claim_position(store: EventStore, week_id: WeekId) -> int:
    rows = (row for row in store.read(week_stream(week_id)) if row.type == WeekClaimed.__name__)
    return next(rows).position


def _end_position(store: EventStore, first: int) -> int:
    """Where the next week begins; the one past the last event when none has."""
    for row in store.read_all(first, [WeekClaimed.__name__]):
        return row.position
    last = first
    for row in store.read_all(first):
        last = row.position
    return last + 1


def _first_stage(store: EventStore, run: RunSpec, end: int) -> int:
    """Where the run's first stage was completed; ``end`` when none was."""
    done = (
        row.position
        for row in store.read(run.stream)
        if row.type == StageCompleted.__name__ and row.run_id == run.run_id
    )
    return min(next(done, end), end)


def _last_stage(store: EventStore, run: RunSpec) -> str | None:
    rows = store.read(run.stream)
    done = [row for row in rows if row.type == StageCompleted.__name__ and row.run_id == run.run_id]
    return str(done[-1].payload["stage"]) if done else None


def recorded_templates(
    store: EventStore, fingerprint: str, streams: Sequence[StreamId] = (SETTINGS_STREAM,)
) -> Mapping[str, str]:
    """The prompts on record under their fingerprint; BadInput when there are none."""
    for row in (row for stream in streams for row in store.read(stream)):
        event = store.decode(row) if row.type == PromptsRecorded.__name__ else None
        if isinstance(event, PromptsRecorded) and event.fingerprint == fingerprint:
            return event.templates
    raise BadInput(f"prompts {fingerprint[:12]} are not in the store: `verify` it")
