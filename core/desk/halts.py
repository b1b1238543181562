"""Which scopes are halted now, folded from the breaker's own events and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from core.desk.writing import account_stream
from core.errors import BadInput
from core.events.account import AccountOpened
from core.events.breaker import BreakerReleased, BreakerReset, BreakerTripped
from core.events.envelope import Event
from core.ports import EventStore
from core.schemas.breaker import Cause, Halt, Scope, scopes_of
from core.types import AccountId, StreamId

BREAKER_STREAM = StreamId("system/breaker")


class Halts(Protocol):
    """What stops an account from new positions; empty when nothing does."""

    def of(self, account_id: AccountId, slot: str | None = None) -> tuple[Halt, ...]:
        """``slot`` is the key of the checkpoint that asks; None for a run that makes its sizes."""
        ...


class HaltLog:
    """The halts as they stand; each look asks for the stream's head and reads what is new."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._version = 0
        self._halts: dict[Scope, dict[Cause, Halt]] = {}

    def scopes(self) -> Mapping[Scope, tuple[Halt, ...]]:
        """Halted scopes alone, each with its causes in the order in which they came."""
        self._refresh()
        return {scope: tuple(found.values()) for scope, found in self._halts.items() if found}

    def applying(self, account_id: AccountId, strategy: str) -> tuple[Halt, ...]:
        """The account's own halts, then its strategy's, then for the council's accounts the desk's."""
        found = self.scopes()
        scopes = scopes_of(account_id, strategy)
        return tuple(halt for scope in scopes for halt in found.get(scope, ()))

    def _refresh(self) -> None:
        if self._store.head(BREAKER_STREAM).version > self._version:
            for row in self._store.read(BREAKER_STREAM, self._version):
                self._version = row.version
                apply_halt(self._halts, self._store.decode(row))


def apply_halt(halts: dict[Scope, dict[Cause, Halt]], event: Event) -> None:
    """The halts after one event of the breaker's stream."""
    match event:
        case BreakerTripped(scope=scope, cause=cause, value=value, threshold=threshold):
            halt = Halt(scope=scope, cause=cause, value=value, threshold=threshold)
            halts.setdefault(scope, {})[cause] = halt
        case BreakerReleased(scope=scope, cause=cause):
            halts.get(scope, {}).pop(cause, None)
        case BreakerReset(scope=scope):
            halts.pop(scope, None)
        case _:
            pass


class LiveHalts:
    """The `Halts` of a desk that trades; its FLAT account is exempt."""

    def __init__(self, store: EventStore, exempt: AccountId) -> None:
        self._store = store
        self._exempt = exempt
        self._log = HaltLog(store)

    def of(
        self,
        account_id: AccountId,
        slot: str | None = None,
    ) -> tuple[Halt, ...]:
        if account_id == self._exempt or not self._log.scopes():
            return ()
        return self._log.applying(account_id, strategy_of(self._store, account_id))


def halts(store: EventStore) -> Mapping[Scope, tuple[Halt, ...]]:
    """Halted scope → what halts it."""
    return HaltLog(store).scopes()


def halted(store: EventStore, account_id: AccountId) -> tuple[Halt, ...]:
    """Every halt that applies to the account: its own, its strategy's, the desk's."""
    return HaltLog(store).applying(account_id, strategy_of(store, account_id))


def strategy_of(store: EventStore, account_id: AccountId) -> str:
    """The strategy the account was opened for; BadInput when it never was."""
    first = next(iter(store.read(account_stream(account_id))), None)
    event = None if first is None else store.decode(first)
    if not isinstance(event, AccountOpened):
        raise BadInput(f"account {account_id} was never opened: run `run_weekly` or `init` first")
    return event.strategy
