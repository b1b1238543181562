"""Ports that die: a process is killed before or after any one of its commits and outside calls."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.desk.desk import Desk, RunPorts
from core.errors import BrokerError
from core.events.envelope import Append, StoredEvent
from core.schemas.order import BrokerFill, BrokerOrder, OrderTicket
from core.schemas.run import RunSpec
from core.types import AccountId
from providers.broker.simulated import SimulatedBroker


@dataclass
class KillPoints:
    """Counts the points passed; at number ``kill_at`` the process ends as if the power had gone."""

    kill_at: int = 0
    passed: list[str] = field(default_factory=list)

    def reach(self, what: str) -> None:
        self.passed.append(what)
        if len(self.passed) == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingStore:
    """An event store with a point before and after every commit."""

    def __init__(self, inner: Any, points: KillPoints) -> None:
        self._inner = inner
        self._points = points

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def commit(self, appends: Sequence[Append]) -> Sequence[StoredEvent]:
        what = "+".join(e.event.__class__.__name__ for one in appends for e in one.events)[:60]
        self._points.reach(f"before commit {what}")
        stored = self._inner.commit(appends)
        self._points.reach(f"after commit {what}")
        return stored


class DyingPort:
    """Any port: a point before and after every call of the methods named."""

    def __init__(self, inner: Any, points: KillPoints, name: str, methods: tuple[str, ...]) -> None:
        self._inner = inner
        self._points = points
        self._name = name
        self._methods = methods

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in self._methods:
            return found

        def call(*args: Any, **more: Any) -> Any:
            self._points.reach(f"before {self._name}.{name}")
            answer = found(*args, **more)
            self._points.reach(f"after {self._name}.{name}")
            return answer

        async def acall(*args: Any, **more: Any) -> Any:
            self._points.reach(f"before {self._name}.{name}")
            answer = await found(*args, **more)
            self._points.reach(f"after {self._name}.{name}")
            return answer

        return acall if name in ("complete", "research") else call


class DyingBroker(DyingPort):
    """A broker whose slots die between two orders too."""

    def place_all(self, tickets: Sequence[OrderTicket]) -> Sequence[BrokerOrder | BrokerError]:
        return [self._placed(ticket) for ticket in tickets]

    def _placed(self, ticket: OrderTicket) -> BrokerOrder | BrokerError:
        try:
            return self.place(ticket)
        except BrokerError as error:
            return error


class DurableBroker:
    """A simulated broker whose orders outlive the desk's process, as a real broker's do."""

    def __init__(self, inner: SimulatedBroker, file: Path) -> None:
        self._inner = inner
        self._file = file
        placed = [OrderTicket.model_validate_json(line) for line in self.sent()]
        inner.restore([(ticket, ()) for ticket in placed])

    def sent(self) -> list[str]:
        """Every order this broker ever took, one JSON line each."""
        return self._file.read_text().splitlines() if self._file.exists() else []

    def place(self, ticket: OrderTicket) -> BrokerOrder:
        order = self._inner.place(ticket)
        with self._file.open("a") as sent:
            sent.write(ticket.model_dump_json() + "\n")
        return order

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        return self._inner.find(account_id, client_order_id)

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        return self._inner.fills(account_id, client_order_id)

    def cancel(self, account_id: AccountId, client_order_id: str) -> BrokerOrder:
        return self._inner.cancel(account_id, client_order_id)

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        return self._inner.positions(account_id)

    def cash(self, account_id: AccountId) -> Decimal:
        return self._inner.cash(account_id)

    def shortable(self, symbol: str) -> bool:
        return self._inner.shortable(symbol)


@dataclass(frozen=True)
class DyingProviders:
    """Wraps what the recording ports ask, so that the points lie around the real calls."""

    live: Any
    points: KillPoints

    async def preflight(self) -> None:
        """Nobody is paid."""

    def for_run(self, run: RunSpec) -> RunPorts:
        live = replace(
            self.live,
            model=DyingPort(self.live.model, self.points, "model", ("complete",)),
            market=DyingPort(self.live.market, self.points, "market", ("bars", "quotes")),
        )
        ports: RunPorts = live.for_run(run)
        return ports


def dying(desk: Desk, points: KillPoints, store: DyingStore, orders: Path) -> Desk:
    """The desk with a point around every commit and every outside call, and a durable broker."""
    gated = getattr(desk.broker, "desk", desk.broker)  # beside it stand those of other strategies
    broker = DurableBroker(getattr(gated, "inner", gated), orders)  # type: ignore[arg-type]
    return replace(
        desk,
        store=store,
        books=type(desk.books)(store),
        marks=type(desk.marks)(store),
        market=DyingPort(desk.market, points, "market", ("quotes",)),
        providers=DyingProviders(replace(desk.providers, store=store), points),
        broker=DyingBroker(broker, points, "broker", ("place", "find", "fills")),
    )
