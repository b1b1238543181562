"""How use cases turn events into appends: deterministic ids, domain time, expected versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.errors import ConcurrencyError
from core.events.envelope import Append, Event, NewEvent, event_id
from core.ports import EventStore
from core.types import AccountId, RunId, StreamId, WeekId

SETTINGS_STREAM = StreamId("system/settings")
DESK_STREAM = StreamId("system/desk")
MARKET_STREAM = StreamId("system/market")
SLOT_STREAM = StreamId("system/slots")
BROKER_STREAM = StreamId("system/broker")
SCHEDULER_STREAM = StreamId("system/scheduler")
NET_STREAM = StreamId("system/net_orders")
ACTOR = {"actor": "desk"}
TRIES = 10


def week_stream(week_id: WeekId) -> StreamId:
    return StreamId(f"week/{week_id}")


def approval_stream(run_id: RunId) -> StreamId:
    return StreamId(f"run/{run_id}/approval")


def account_stream(account_id: AccountId) -> StreamId:
    return StreamId(f"account/{account_id}")


def conversation_stream(conversation_id: str) -> StreamId:
    return StreamId(f"conversation/{conversation_id}")


def new_event(  # noqa: PLR0913 - an envelope has these fields; two are optional keywords
    stream: StreamId,
    event: Event,
    what: Sequence[object],
    at: datetime,
    *,
    week_id: WeekId | None = None,
    run_id: RunId | None = None,
) -> NewEvent:
    """An event whose id is made of its stream, its type and ``what`` it is about."""
    return NewEvent(
        event=event,
        event_id=event_id(stream, type(event).__name__, *what),
        occurred_at=at,
        week_id=week_id,
        run_id=run_id,
        metadata=ACTOR,
    )


def append_one(store: EventStore, stream: StreamId, event: NewEvent) -> None:
    """Append at the stream's end, wherever that is by then; one that is there already changes nothing."""
    for _ in range(TRIES - 1):
        try:
            store.commit([Append(stream, [event], store.head(stream).version)])
        except ConcurrencyError:
            continue  # somebody else's event came between; ours does not depend on it
        return
    store.commit([Append(stream, [event], store.head(stream).version)])
