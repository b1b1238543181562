"""Whether a strategy is on: the newest word in its stream, its file's until somebody said one."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from core.clock import from_iso
from core.desk.writing import new_event
from core.errors import BadInput, ConcurrencyError, EventConflict
from core.events.envelope import Append
from core.events.strategy import StrategyDisabled, StrategyEnabled
from core.ports import EventStore
from core.strategy import StrategySpec
from core.types import StreamId

ATTEMPTS = 10
RULE = "rule"
"""Who signs what a strategy's own rule said."""
SWITCHES = (StrategyEnabled.__name__, StrategyDisabled.__name__)


def strategy_stream(name: str) -> StreamId:
    """Words about the strategy as a whole; its discovery and marks have streams below it."""
    return StreamId(f"strategy/{name}")


def newest_word(store: EventStore, name: str) -> StrategyEnabled | StrategyDisabled | None:
    """Who said last whether it trades; None while only its file says so."""
    said = words(store, name)
    return said[-1][1] if said else None


def words(
    store: EventStore, name: str
) -> list[tuple[datetime, StrategyEnabled | StrategyDisabled]]:
    """Every word on whether it trades, with its instant, oldest first."""
    found = []
    for row in store.read(strategy_stream(name)):
        if row.type in SWITCHES:
            event = store.decode(row)
            assert isinstance(event, StrategyEnabled | StrategyDisabled)  # by its type name
            found.append((from_iso(row.occurred_at), event))
    return found


def is_on(store: EventStore, strategy: StrategySpec) -> bool:
    """Whether its slots run and its cycles may trade."""
    word = newest_word(store, strategy.name)
    return strategy.enabled if word is None else isinstance(word, StrategyEnabled)


def refuse_while_off(store: EventStore, strategy: StrategySpec) -> None:
    """BadInput for a strategy that may not trade now."""
    if not is_on(store, strategy):
        raise BadInput(
            f"{strategy.name} is off: `strategy enable {strategy.name} --reason TEXT` first, or ask for "
            "a dry run"
        )


def switch_on(
    store: EventStore, strategy: StrategySpec, reason: str, by: str, at: datetime
) -> bool:
    """Let it run from the next slot on; False when it did already. BadInput without a reason."""
    return _switch(
        store, strategy, StrategyEnabled(strategy=strategy.name, reason=reason, by=by), at
    )


def switch_off(
    store: EventStore, strategy: StrategySpec, reason: str, by: str, at: datetime
) -> bool:
    """No new slot of it from now on; what it holds stays held until somebody closes it.

    False when it was off already. BadInput without a reason.
    """
    event = StrategyDisabled(strategy=strategy.name, reason=reason, by=by)
    return _switch(store, strategy, event, at)


def switch_off_by_rule(
    store: EventStore, strategy: StrategySpec, numbers: str, at: datetime
) -> bool:
    """As `switch_off`, in the name of the strategy's own rule, whose numbers are the reason."""
    event = StrategyDisabled(
        strategy=strategy.name, reason=numbers, by=RULE, cause="underperformed"
    )
    return _switch(store, strategy, event, at)


def _switch(
    store: EventStore,
    strategy: StrategySpec,
    event: StrategyEnabled | StrategyDisabled,
    at: datetime,
) -> bool:
    if not event.reason.strip():
        raise BadInput("a reason is missing: say why with --reason, it is kept with the event")
    stream = strategy_stream(strategy.name)
    for _ in range(ATTEMPTS):
        version = store.head(stream).version
        if is_on(store, strategy) is isinstance(event, StrategyEnabled):
            return False
        new = new_event(stream, event, [version + 1], at)
        with suppress(ConcurrencyError, EventConflict):  # somebody else's word came first
            store.commit([Append(stream, [new], version)])
            return True
    raise ConcurrencyError(f"{stream} is written to without a pause: try again")
