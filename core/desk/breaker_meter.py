"""What the breaker measures, from the log in its order: nothing is kept that a restart misses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from core.desk.breaker_due import Passed, tripped, was_released
from core.desk.tail import Tail
from core.events.breaker import BreakerReleased, BreakerReset, BreakerTripped
from core.events.cycle import StrategyMarked
from core.events.envelope import Event, NewEvent, StoredEvent
from core.events.market import PricesObserved, UniverseMarked
from core.policy import DeskPolicy
from core.ports import EventStore
from core.rules import breaker
from core.rules.breaker import Reading
from core.rules.breaker_fold import OF_ACCOUNTS, OF_BREAKER, OF_MARKET, BreakerFold
from core.rules.breaker_scope import Measured
from core.schemas.breaker import Cause, Scope
from core.types import AccountId

__all__ = ["OF_ACCOUNTS", "OF_BREAKER", "OF_MARKET", "BreakerMeter"]


class BreakerMeter:
    """Every scope's gauge, with what the newest events make due.

    Equity is at the prices on record: fills, marks and what slots observed, whichever is newest.
    A halt and a release count from their own events, so two processes never measure differently.
    """

    def __init__(self, store: EventStore, policy: DeskPolicy) -> None:
        self._store = store
        self._limits = policy.breaker
        self._tail = Tail(store, {*OF_ACCOUNTS, *OF_BREAKER, *OF_MARKET})
        self._fold = BreakerFold(policy.profile.flat_account, policy.risk)
        self._trips: dict[tuple[Scope, Cause], Passed] = {}
        self._releases: dict[tuple[Scope, Cause], Passed] = {}
        self.version = 0

    def scopes(self) -> Mapping[Scope, Measured]:
        """Every scope measured so far, to be read only: accounts, strategies, the desk."""
        self.refresh()
        found = self._fold.scopes
        return {scope: found[scope] for scope in sorted(found)}

    def refresh(self) -> None:
        """Fold what was appended since the last look."""
        for row in self._tail.read():
            event = self._store.decode(row)
            if row.type in OF_ACCOUNTS:
                account_id = AccountId(row.stream_id.partition("/")[2])
                self._look(self._fold.account(account_id, row.version, event), row)
            elif row.type in OF_MARKET:
                self._market(row, event)
            else:
                self._decided(row, event)

    def due(self) -> list[NewEvent]:
        """What has been passed and is not in the log yet, as events in the order of their scopes."""
        every = self._fold.scopes
        found = [tripped(one, every[one.scope]) for _, one in sorted(self._trips.items())]
        released = [
            was_released(one, every[one.scope]) for _, one in sorted(self._releases.items())
        ]
        return found + released

    def _market(self, row: StoredEvent, event: Event) -> None:
        if not isinstance(event, UniverseMarked | PricesObserved | StrategyMarked):
            return
        every = self._fold.market(event)
        self._look(every, row)
        if not isinstance(event, PricesObserved):
            for measured in every:
                self._look_at_shadow(measured, row)

    def _decided(self, row: StoredEvent, event: Event) -> None:
        self.version = row.version
        if not isinstance(event, BreakerTripped | BreakerReleased | BreakerReset):
            return
        if self._fold.decided(event) is None:
            return
        if isinstance(event, BreakerReset):
            for key in [one for one in (*self._trips, *self._releases) if one[0] == event.scope]:
                self._forget(*key)
        else:
            self._forget(event.scope, event.cause)

    def _forget(self, scope: Scope, cause: Cause) -> None:
        self._trips.pop((scope, cause), None)
        self._releases.pop((scope, cause), None)

    def _look(self, scopes: Iterable[Measured], row: StoredEvent) -> None:
        """What passes a threshold is due, whatever comes after it."""
        for measured in scopes:
            for reading in breaker.halts(measured.gauge, self._limits):
                key = (measured.scope, reading.cause)
                if reading.cause not in measured.halts and key not in self._trips:
                    self._trips[key] = self._passed(measured, reading, row)

    def _look_at_shadow(self, measured: Measured, row: StoredEvent) -> None:
        """A release must hold at the newest close: one that does not any more is forgotten."""
        for cause in Cause:
            self._releases.pop((measured.scope, cause), None)
        if measured.shadow is None:
            return
        for reading in breaker.releases(measured.shadow, self._limits):
            if reading.cause in measured.halts:
                passed = self._passed(measured, reading, row)
                peak = measured.handed_back
                self._releases[measured.scope, reading.cause] = replace(passed, peak=peak)

    def _passed(self, measured: Measured, reading: Reading, row: StoredEvent) -> Passed:
        gauge, at = measured.gauge, datetime.fromisoformat(row.occurred_at)
        return Passed(measured.scope, reading, gauge.equity, gauge.peak, at)
