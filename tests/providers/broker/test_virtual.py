"""Virtual accounts on one key: the broker contract, netting, crosses, and books equal to the key's."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from core.desk.writing import account_stream, append_one, new_event
from core.errors import BadInput, BrokerUnavailable, OrderRefused, OrderUnknown
from core.events import ALL_EVENTS
from core.events.broker import InternalCross, NetFillAllocated, NetOrderIntended
from core.events.strategy import CapitalDeposited
from core.schemas.order import OrderStatus, OrderTicket
from core.strategy import EQUITY
from core.types import Side
from storage.event_store import open_store
from storage.serialization import EventRegistry
from tests.contract.broker import BrokerContract, BrokerDesk
from tests.providers.broker.virtual_key import (
    KEY,
    SEVENTH,
    SIX,
    START,
    inner_on,
    key_differences,
    virtual_on,
)
from tests.servers.alpaca_faults import Fault, broken
from tests.servers.alpaca_server import alpaca_server

D = Decimal
FAULTS = {
    "drop_after": Fault(drop=True),
    "error_after": broken(502, taken=True),
    "drop_before": Fault(drop=True, taken=False),
}


def empty_store():
    return open_store("sqlite://", registry=EventRegistry(ALL_EVENTS), projections=())


@pytest.fixture
def store():
    return empty_store()


@pytest.fixture
def server():
    with alpaca_server() as served:
        yield served


class TestQueuedUntilTheOpen(BrokerContract):
    @pytest.fixture
    def desk(self, server, store):
        return BrokerDesk(
            broker=virtual_on(server, store),
            account=SIX[0],
            starting_cash=START,
            decided_at=server.exchange.now - timedelta(seconds=1),
            let_fill=server.exchange.open_market,
            reopen=lambda tickets: virtual_on(server, store),
        )


class TestFilledAtOnce(BrokerContract):
    @pytest.fixture
    def desk(self, server, store):
        server.exchange.open_market()
        return BrokerDesk(
            broker=virtual_on(server, store),
            account=SIX[0],
            starting_cash=START,
            decided_at=server.exchange.now - timedelta(seconds=1),
            let_fill=lambda: None,
            reopen=lambda tickets: virtual_on(server, store),
        )


def order(server, account, side, quantity, symbol="SPY", *, name=None):
    return OrderTicket(
        client_order_id=name or f"{account}-{side}-{symbol}-{quantity}",
        account_id=account,
        symbol=symbol,
        side=side,
        quantity=D(quantity),
        decided_at=server.exchange.now - timedelta(seconds=1),
    )


def events(store, kind):
    return [store.decode(row) for row in store.read_all(types=[kind.__name__])]


class TestAStrategyBesideSix(BrokerContract):
    """The account that joins the six, with capital a person has moved."""

    @pytest.fixture
    def desk(self, server, store):
        server.exchange.open_market()
        stream = account_stream(SEVENTH)
        given = CapitalDeposited(
            strategy=EQUITY, account_id=SEVENTH, amount=D(500), reason="more", by="ann"
        )
        append_one(store, stream, new_event(stream, given, ["more"], server.exchange.now))
        return BrokerDesk(
            broker=virtual_on(server, store),
            account=SEVENTH,
            starting_cash=START + 500,
            decided_at=server.exchange.now - timedelta(seconds=1),
            let_fill=lambda: None,
            reopen=lambda tickets: virtual_on(server, store),
        )


def test_one_order_goes_out_for_three_accounts_and_the_fill_is_split(server, store):
    server.exchange.open_market()
    broker = virtual_on(server, store)
    wanted = [
        order(server, account, Side.BUY, n) for account, n in zip(SIX, (5, 3, 2), strict=False)
    ]
    placed = broker.place_all(wanted)
    assert len(server.posts()) == 1
    for ticket, view in zip(wanted, placed, strict=True):
        assert view.quantity == ticket.quantity
        assert broker.positions(ticket.account_id) == {"SPY": ticket.quantity}
    assert key_differences(broker) == []
    (net,) = events(store, NetOrderIntended)
    assert [part.account_id for part in net.parts] == list(SIX[:3])


def test_opposite_intents_meet_inside_at_the_mid_and_only_the_rest_is_sent(server, store):
    server.exchange.open_market()
    broker = virtual_on(server, store)
    buy, sell = order(server, SIX[0], Side.BUY, 10), order(server, SIX[1], Side.SELL, 4)
    broker.place_all([buy, sell])
    (cross,) = events(store, InternalCross)
    assert (cross.quantity, cross.buy.account_id, cross.sell.account_id) == (D(4), SIX[0], SIX[1])
    assert broker.positions(SIX[0]) == {"SPY": D(10)}
    assert broker.positions(SIX[1]) == {"SPY": D(-4)}
    assert inner_on(server).positions(KEY) == {"SPY": D(6)}
    mids = [fill.price for fill in broker.fills(SIX[1], sell.client_order_id)]
    assert mids == [server.exchange.listings["SPY"].price]
    assert key_differences(broker) == []


def test_on_a_closed_market_a_cross_waits_for_the_open(server, store):
    broker = virtual_on(server, store)
    buy, sell = order(server, SIX[0], Side.BUY, 4), order(server, SIX[1], Side.SELL, 4)
    placed = broker.place_all([buy, sell])
    assert [view.status for view in placed] == [OrderStatus.ACCEPTED] * 2
    assert server.posts() == []
    assert broker.fills(SIX[0], buy.client_order_id) == ()
    server.exchange.open_market()
    assert broker.find(SIX[0], buy.client_order_id).status is OrderStatus.FILLED
    assert broker.cash(SIX[0]) + broker.cash(SIX[1]) == 2 * START


def test_the_key_is_closed_before_it_is_turned_round(server, store):
    server.exchange.open_market()
    broker = virtual_on(server, store)
    broker.place(order(server, SIX[0], Side.BUY, 5))
    turned = order(server, SIX[1], Side.SELL, 8)
    broker.place_all([turned])
    assert broker.find(SIX[1], turned.client_order_id).status is OrderStatus.FILLED
    legs = events(store, NetOrderIntended)[1:]
    assert [(leg.leg, leg.quantity) for leg in legs] == [(1, D(5)), (2, D(3))]
    assert legs[1].after == legs[0].client_order_id
    assert inner_on(server).positions(KEY) == {"SPY": D(-3)}
    assert broker.positions(SIX[0]) == {"SPY": D(5)}


def test_a_short_passes_the_short_checks_though_it_is_netted_away(server, store):
    server.exchange.open_market()
    broker = virtual_on(server, store)
    bought = order(server, SIX[0], Side.BUY, 9, "UUP")
    sold = order(server, SIX[1], Side.SELL, 4, "UUP")
    taken, refused = broker.place_all([bought, sold])
    assert isinstance(refused, OrderRefused)
    assert taken.quantity == D(9)
    assert broker.positions(SIX[1]) == {}


def test_a_batch_asked_again_sends_nothing_twice(server, store):
    server.exchange.open_market()
    batch = [order(server, account, Side.BUY, 3) for account in SIX]
    virtual_on(server, store).place_all(batch)
    again = virtual_on(server, store)
    again.place_all(batch)
    assert len(server.posts()) == 1
    assert key_differences(again) == []


@pytest.mark.parametrize("name", list(FAULTS))
def test_an_order_nobody_answered_for_is_looked_up_and_sent_at_most_once(server, store, name):
    server.exchange.open_market()
    server.faults.plan(FAULTS[name])
    batch = [order(server, account, Side.BUY, 3) for account in SIX]
    broker = virtual_on(server, store)
    first = broker.place_all(batch)
    assert all(
        isinstance(one, OrderUnknown | BrokerUnavailable) or one.quantity == D(3) for one in first
    )
    again = virtual_on(server, store)
    again.place_all(batch)
    assert inner_on(server).positions(KEY) == {"SPY": D(18)}
    assert all(again.positions(account) == {"SPY": D(3)} for account in SIX)
    assert key_differences(again) == []


def test_weeks_of_random_intents_end_with_books_equal_to_the_keys(server, store):
    server.exchange.open_market()
    random, count = Random(5), 0
    broker = virtual_on(server, store)
    for week in range(12):
        batch = []
        for account in (*SIX, SEVENTH):
            symbol = random.choice(["SPY", "SPY", "QQQ"])
            held = broker.positions(account).get(symbol, D(0))
            side = random.choice([Side.BUY, Side.SELL])
            most = abs(held) if held * (1 if side is Side.SELL else -1) > 0 else D(9)
            quantity = D(random.randint(1, max(1, int(most))))
            batch.append(order(server, account, side, quantity, symbol, name=f"w{week}-{account}"))
        server.exchange.parts = random.choice([1, 2, 3])
        broker = virtual_on(server, store)
        broker.place_all(batch)
        for ticket in batch:
            found = broker.find(ticket.account_id, ticket.client_order_id)
            assert found is not None
            assert found.status is OrderStatus.FILLED, found
            count += 1
    assert count == 84
    assert key_differences(broker) == []
    spent = sum((broker.cash(account) - START for account in (*SIX, SEVENTH)), D(0))
    assert spent == inner_on(server).cash(KEY) - D(100_000)
    fills = events(store, NetFillAllocated)
    assert all(sum((part.quantity for part in fill.parts), D(0)) == fill.quantity for fill in fills)


def test_a_net_order_that_expires_ends_for_everybody_and_the_next_one_is_right(server, store):
    broker = virtual_on(server, store)
    batch = [order(server, account, Side.BUY, 3) for account in SIX[:2]]
    broker.place_all(batch)
    server.exchange.open_market(fill=False)
    server.exchange.close_market()
    found = [broker.find(one.account_id, one.client_order_id) for one in batch]
    assert [one.status for one in found] == [OrderStatus.CANCELLED] * 2
    server.exchange.open_market()
    broker = virtual_on(server, store)
    sold = order(server, SIX[0], Side.SELL, 2)
    assert broker.place(sold).quantity == D(2)
    assert broker.positions(SIX[0]) == {"SPY": D(-2)}
    assert key_differences(broker) == []


def test_a_key_that_holds_shares_already_is_one_line(server, store):
    server.exchange.open_market()
    inner_on(server).place(order(server, KEY, Side.BUY, 1))
    with pytest.raises(BadInput, match="holds SPY already"):
        virtual_on(server, store).place(order(server, SIX[0], Side.BUY, 1))


def test_a_key_that_cannot_carry_the_accounts_is_one_line(server, store):
    broker = virtual_on(server, store, start=D(100_000))
    with pytest.raises(BadInput, match=r"set risk\.starting_cash to 16666 or less"):
        broker.place(order(server, SIX[0], Side.BUY, 1))
    assert server.posts() == []
