"""A broker behind the gate: the whole contract while it is open, and not one order once it is shut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from core.clock import FixedClock
from core.errors import OrderRefused
from core.schemas.order import BrokerOrder, OrderTicket
from providers.broker.gated import GatedBroker, GatedTogether
from tests.contract.broker import BrokerContract, BrokerDesk
from tests.providers.broker.test_simulated import EIGHT, NEXT_OPEN, ONE, broker_at, ticket

D = Decimal


@dataclass
class Gate:
    """Open for the first ``orders`` questions, then shut."""

    orders: int = 10_000
    asked: list[str] = field(default_factory=list)

    def refusal(self, asked: OrderTicket) -> str | None:
        self.asked.append(asked.client_order_id)
        return None if len(self.asked) <= self.orders else "trading is disabled by ann: stop"


class TestOpenGate(BrokerContract):
    @pytest.fixture(params=[GatedBroker, GatedTogether])
    def desk(self, request):
        clock = FixedClock(EIGHT)
        broker = broker_at(clock)

        def reopen(tickets: Sequence[OrderTicket]) -> GatedBroker:
            fresh = broker_at(clock)
            fresh.restore([(one, broker.fills(ONE, one.client_order_id)) for one in tickets])
            return request.param(fresh, Gate())

        return BrokerDesk(
            broker=request.param(broker, Gate()),
            account=ONE,
            starting_cash=D(100_000),
            decided_at=EIGHT,
            let_fill=lambda: clock.move_to(NEXT_OPEN),
            reopen=reopen,
        )


TICKETS = [ticket(f"order-{number}") for number in range(4)]


def outcomes(results) -> list[str]:
    return [one.client_order_id if isinstance(one, BrokerOrder) else str(one) for one in results]


@pytest.mark.parametrize("broker_type", [GatedBroker, GatedTogether])
def test_a_gate_that_shuts_in_the_middle_of_a_batch_stops_the_rest_of_it(broker_type):
    inner, gate = broker_at(FixedClock(EIGHT)), Gate(orders=2)
    results = broker_type(inner, gate).place_all(TICKETS)
    refused = "trading is disabled by ann: stop"
    assert outcomes(results) == ["order-0", "order-1", refused, refused]
    assert all(isinstance(one, OrderRefused) for one in results[2:])
    assert [bool(inner.find(ONE, one.client_order_id)) for one in TICKETS] == [1, 1, 0, 0]


def test_each_order_is_asked_about_after_the_one_before_it_went_out():
    inner = broker_at(FixedClock(EIGHT))

    class Watching(Gate):
        def refusal(self, asked: OrderTicket) -> str | None:
            placed = [one for one in TICKETS if inner.find(ONE, one.client_order_id)]
            assert len(placed) == len(self.asked)
            return super().refusal(asked)

    assert len(GatedBroker(inner, Watching()).place_all(TICKETS)) == len(TICKETS)


class Recording(GatedBroker):
    """Keeps the tickets it was given together."""

    def place_all(self, tickets: Sequence[OrderTicket]):
        self.given = [one.client_order_id for one in tickets]
        return super().place_all(tickets)


def test_what_a_netting_broker_is_given_is_only_what_may_go_out():
    inner = Recording(broker_at(FixedClock(EIGHT)), Gate())
    GatedTogether(inner, Gate(orders=2)).place_all(TICKETS)
    assert inner.given == ["order-0", "order-1"]
