"""The circuit breaker of a desk: measure and decide, tell what is halted, reset by a person's word."""

from __future__ import annotations

from datetime import datetime

from core.desk.breaker_meter import BreakerMeter
from core.desk.desk import Desk
from core.desk.halts import BREAKER_STREAM, halted, halts
from core.desk.writing import new_event
from core.errors import BadInput, ConcurrencyError
from core.events.account import AccountOpened
from core.events.breaker import BreakerReset
from core.events.envelope import Append, Event
from core.ports import EventStore
from core.schemas.breaker import DESK, Scope, account_scope, strategy_scope

__all__ = ["BREAKER_STREAM", "evaluate", "evaluate_log", "halted", "halts", "known_scopes", "reset"]

ATTEMPTS = 10


def evaluate(desk: Desk) -> tuple[Event, ...]:
    """`evaluate_log` of a desk; a replay and a what-if are given their halts and measure nothing."""
    return () if desk.recorded_halts is not None else evaluate_log(desk.store, desk.meter)


def evaluate_log(store: EventStore, meter: BreakerMeter) -> tuple[Event, ...]:
    """Halt and release what the log makes due by now; the events written, none when nothing changed.

    No vendor is asked: prices are those on record, and a decision is dated by the event that passed
    its threshold, so that asking later, twice or after a restart writes the same.
    """
    written: list[Event] = []
    for attempt in range(ATTEMPTS):
        meter.refresh()
        due = meter.due()
        if not due:
            break
        try:
            store.commit([Append(BREAKER_STREAM, due, meter.version)])
        except ConcurrencyError:  # another process decided or reset first: measure with its word
            if attempt == ATTEMPTS - 1:
                raise
        else:
            written += [new.event for new in due]
    return tuple(written)


def reset(store: EventStore, scope: Scope, reason: str, by: str, at: datetime) -> BreakerReset:
    """End every halt of the scope and measure it anew from its equity now; allowed at any time.

    BadInput for a scope this desk does not have, and without a reason.
    """
    known = known_scopes(store)
    if scope not in known:
        names = ", ".join(known) or "none yet"
        raise BadInput(f"scope {scope} is not measured here: use one of {names}")
    if not reason.strip():
        raise BadInput("a reason is missing: say why with --reason, it is kept with the event")
    event = BreakerReset(scope=scope, reason=reason.strip(), by=by)
    for attempt in range(ATTEMPTS):
        version = store.head(BREAKER_STREAM).version
        new = new_event(BREAKER_STREAM, event, [scope, version + 1], at)
        try:
            store.commit([Append(BREAKER_STREAM, [new], version)])
        except ConcurrencyError:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            break
    return event


def known_scopes(store: EventStore) -> tuple[Scope, ...]:
    """Every scope that is measured: the desk, its strategies, its accounts but FLAT."""
    events = (store.decode(row) for row in store.read_all(types=[AccountOpened.__name__]))
    opened = [one for one in events if isinstance(one, AccountOpened) and one.model != FLAT]
    if not opened:
        return ()
    strategies = dict.fromkeys(strategy_scope(one.strategy) for one in opened)
    return (DESK, *strategies, *(account_scope(one.account_id) for one in opened))


FLAT = "flat"
"""The model of the account that never trades, as it was opened with."""
