"""What one week has spent on models, and whether it can afford the next call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from threading import RLock
from typing import Any, Self

from core.call_names import BESIDE
from core.clock import Clock
from core.desk.tail import Tail
from core.errors import BudgetExceeded, ConcurrencyError
from core.events.envelope import Append, NewEvent, StoredEvent, event_id
from core.events.spending import BudgetStopped
from core.ports import EventStore
from core.prices import PriceList
from core.types import StreamId, WeekId

BUDGET_STREAM = StreamId("system/budget")
PAID = ("ModelCallCompleted", "ModelCallFailed", "ModelFellBack", "ResearchJobEnded")
"""Events that carry a cost; a researcher's own total would count its model calls twice."""
NOTHING = Decimal(0)
TRIES = 5


class Reservation:
    """A call's worst case (USD), set aside while it is under way.

    Left without `settle`, the call may have been billed and nobody knows how much: its worst case
    stays spent as long as this process lives.
    """

    def __init__(self, spending: WeekSpending, estimate: Decimal) -> None:
        self._spending = spending
        self._cost: Decimal | None = None
        self.estimate = estimate

    def settle(self, cost: Decimal | None) -> None:
        """The call cost this much (USD); None is the same as never said."""
        self._cost = cost

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spending.release(self.estimate, self._cost)


class WeekSpending:
    """One week's budget; one of these a week and process, safe among threads and event loops.

    ``limit`` in USD, None for no bound. What others spent is read from the log before each call.
    """

    def __init__(
        self,
        store: EventStore,
        week_id: WeekId,
        limit: Decimal | None,
        prices: PriceList,
        clock: Clock,
    ) -> None:
        self.week_id = week_id
        self.limit = limit
        self.prices = prices
        self._store = store
        self._clock = clock
        self._lock = RLock()
        self._tail = Tail(store, PAID)
        self._recorded = NOTHING  # in the log, by whomever
        self._before: Decimal | None = None  # of it, before this process made its first call
        self._settled = NOTHING  # by calls of this process, in the log or about to be
        self._uncertain = NOTHING
        self._reserved = NOTHING
        self._calls = 0
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def spent(self) -> Decimal:
        """USD spent so far: what the log says, and what it is about to say."""
        with self._lock:
            self._read()
            before = self._before or NOTHING
            return max(self._recorded, before + self._settled) + self._uncertain

    def reserved(self) -> Decimal:
        """USD set aside for calls under way."""
        with self._lock:
            return self._reserved

    async def admit(self, call: str, model: str, estimate: Decimal | None) -> Reservation:
        """Set the worst case of a model call aside; settle the reservation it returns.

        While other model calls are under way, a call that does not fit waits for them: they seldom
        cost their worst case, and what they answer is recorded. BudgetExceeded once it cannot fit.
        """
        while True:
            with self._lock:
                if estimate is not None and self._fits(estimate):
                    self._reserved += estimate
                    self._calls += 1
                    return Reservation(self, estimate)
                if estimate is None or not self._calls:
                    raise self._stopped(call, model, estimate)
                changed = asyncio.Event()
                self._waiting.append((asyncio.get_running_loop(), changed))
            await changed.wait()

    @contextmanager
    def reserve(self, call: str, model: str, estimate: Decimal) -> Iterator[None]:
        """Set ``estimate`` aside for the block, whose cost is in the log when it ends.

        BudgetExceeded at once when it does not fit.
        """
        with self._lock:
            if not self._fits(estimate):
                raise self._stopped(call, model, estimate)
            self._reserved += estimate
        try:
            yield
        finally:
            with self._lock:
                self._reserved -= estimate
                self._wake()

    def release(self, estimate: Decimal, cost: Decimal | None) -> None:
        """A model call ended; ``cost`` None: it may have cost as much as its estimate."""
        with self._lock:
            self._reserved -= estimate
            self._calls -= 1
            if cost is None:
                self._uncertain += estimate
            else:
                self._settled += cost
            self._wake()

    def _fits(self, estimate: Decimal) -> bool:
        if self.limit is None:
            return True
        return self.spent() + self._reserved + estimate <= self.limit

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for loop, changed in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)

    def _read(self) -> None:
        for row in self._tail.read():
            if row.week_id == self.week_id and self._is_ours(row):
                self._recorded += cost_of(row)
        if self._before is None:
            self._before = self._recorded

    def _is_ours(self, row: StoredEvent) -> bool:
        """Strategies beside it have a budget of their own: what they spend never stops the council."""
        return not beside_the_council(row.stream_id)

    def _stopped(self, call: str, model: str, estimate: Decimal | None) -> BudgetExceeded:
        """The failure, after it was recorded."""
        assert self.limit is not None  # without a limit everything fits
        stop = BudgetStopped(
            week_id=self.week_id,
            call=call,
            model=model,
            spent_usd=self.spent(),
            reserved_usd=self._reserved,
            estimate_usd=estimate,
            limit_usd=self.limit,
        )
        self._record(stop)
        return BudgetExceeded(why(stop))

    def _record(self, stop: BudgetStopped) -> None:
        for left in reversed(range(TRIES)):
            version = self._store.head(BUDGET_STREAM).version
            new = NewEvent(
                event=stop,
                event_id=event_id(BUDGET_STREAM, "BudgetStopped", stop.week_id, stop.call, version),
                occurred_at=self._clock.now(),
                week_id=self.week_id,
                metadata={"actor": "desk"},
            )
            try:
                self._store.commit([Append(BUDGET_STREAM, [new], version)])
            except ConcurrencyError:  # another process was stopped at the same moment
                if not left:
                    raise
            else:
                return


class CycleSpending(WeekSpending):
    """What cycles and discovery may spend together in a week, and nothing else of that week."""

    def _is_ours(self, row: StoredEvent) -> bool:
        return beside_the_council(row.stream_id)


def beside_the_council(stream_id: str) -> bool:
    """Whether a call's stream is ``run/{id}/cycle/…`` or ``run/{id}/discovery``."""
    return any(part in BESIDE for part in stream_id.split("/")[2:3])


def cost_of(row: StoredEvent) -> Decimal:
    """USD an event of ``PAID`` says were billed; zero where it says nothing."""
    said: Any = row.payload.get("answer", row.payload)
    usage = said.get("usage") if isinstance(said, Mapping) else None
    return Decimal(usage["cost_usd"]) if isinstance(usage, Mapping) else NOTHING


def why(stop: BudgetStopped) -> str:
    """One line: the week, its figures, and the way out."""
    if stop.estimate_usd is None:
        return (
            f"no price for {stop.model}, so {stop.call} could break the budget of week "
            f"{stop.week_id}: add it to prices in config/models.yaml"
        )
    under_way = f" and {usd(stop.reserved_usd)} under way" if stop.reserved_usd else ""
    return (
        f"week {stop.week_id} has spent {usd(stop.spent_usd)}{under_way} of {usd(stop.limit_usd)}, "
        f"and {stop.call} on {stop.model} could cost {usd(stop.estimate_usd)}: raise "
        f"{_setting(stop.call)} in config/models.yaml, then run again (answered calls are not paid twice)"
    )


def _setting(call: str) -> str:
    return "agents week_usd" if call.partition("/")[0] in BESIDE else "budget.week_usd"


def usd(amount: Decimal) -> str:
    """Dollars and cents, and as many places more as a small amount needs to show."""
    if not amount or abs(amount) >= Decimal("0.01"):
        return f"${amount:.2f}"
    return f"${amount:.2g}" if abs(amount) >= Decimal("0.0001") else f"${amount:.6f}"
