"""Orders of several slots over one key: nothing meets an open order of the other side, nothing is lost."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from random import Random

import pytest

from core.clock import at_new_york
from core.desk.writing import BROKER_STREAM, new_event
from core.events import ALL_EVENTS
from core.events.broker import (
    AllocatedPart,
    CrossPriced,
    NetFillAllocated,
    NetOrderIntended,
    NetPart,
)
from core.events.envelope import Append
from core.events.reconciliation import MismatchResolved, ReconciliationMismatch
from core.schemas.order import OrderStatus
from core.types import Side
from providers.broker.virtual_book import VirtualBook
from storage.event_store import open_store
from storage.serialization import EventRegistry
from tests.providers.broker.test_virtual import events, order
from tests.providers.broker.virtual_key import (
    KEY,
    SIX,
    START,
    inner_on,
    key_differences,
    virtual_on,
)
from tests.servers.alpaca_server import alpaca_server

D = Decimal
EIGHT = at_new_york(date(2026, 11, 18), time(8))


@pytest.fixture
def store():
    return open_store("sqlite://", registry=EventRegistry(ALL_EVENTS), projections=())


@pytest.fixture
def server():
    with alpaca_server() as served:
        yield served


def test_an_order_waits_for_the_open_one_of_the_other_side(server, store):
    broker = virtual_on(server, store)
    broker.place(order(server, SIX[0], Side.BUY, 5))
    waiting = broker.place(order(server, SIX[1], Side.SELL, 3))
    assert waiting.status is OrderStatus.ACCEPTED
    assert len(server.posts()) == 1
    server.exchange.open_market()
    assert broker.find(SIX[1], waiting.client_order_id).status is OrderStatus.FILLED
    assert broker.positions(SIX[1]) == {"SPY": D(-3)}
    assert key_differences(broker) == []


def test_what_goes_beyond_an_open_close_waits_for_it(server, store):
    server.exchange.open_market()
    broker = virtual_on(server, store)
    broker.place(order(server, SIX[0], Side.BUY, 5))
    server.exchange.close_market()
    broker.place(order(server, SIX[0], Side.SELL, 4))
    broker.place(order(server, SIX[1], Side.SELL, 3))
    server.exchange.open_market()
    assert broker.positions(SIX[0]) == {"SPY": D(1)}
    assert broker.positions(SIX[1]) == {"SPY": D(-3)}
    assert key_differences(broker) == []


def test_a_queued_order_survives_a_restart_and_goes_out_once(server, store):
    virtual_on(server, store).place(order(server, SIX[0], Side.BUY, 5))
    sell = order(server, SIX[1], Side.SELL, 3)
    virtual_on(server, store).place(sell)
    server.exchange.open_market()
    again = virtual_on(server, store)
    again.place(sell)
    again.place(sell)
    assert len(server.posts()) == 2
    assert again.positions(SIX[1]) == {"SPY": D(-3)}


def reconciled(store, event):
    version = store.head(BROKER_STREAM).version
    new = new_event(BROKER_STREAM, event, [version], EIGHT)
    store.commit([Append(BROKER_STREAM, [new], version)])


def test_a_queued_order_of_a_blocked_key_waits_until_the_difference_is_gone(server, store):
    broker = virtual_on(server, store)
    broker.place(order(server, SIX[0], Side.BUY, 5))
    broker.place(order(server, SIX[1], Side.SELL, 3))
    difference = {"what": "position", "subject": "SPY", "ledger": "0", "broker": "9"}
    reconciled(store, ReconciliationMismatch(account=KEY, accounts=SIX, **difference))
    server.exchange.open_market()
    assert broker.positions(SIX[0]) == {"SPY": D(5)}
    assert len(server.posts()) == 1
    reconciled(store, MismatchResolved(account=KEY, reason="put right", by="desk"))
    assert broker.positions(SIX[1]) == {"SPY": D(-3)}
    assert len(server.posts()) == 2


def test_a_cross_is_done_at_once_while_the_market_is_open(server, store):
    server.exchange.open_market()
    sides = ((SIX[0], Side.BUY), (SIX[1], Side.SELL))
    placed = virtual_on(server, store).place_all(
        [order(server, account, side, 4) for account, side in sides]
    )
    assert [view.status for view in placed] == [OrderStatus.FILLED] * 2
    assert len(events(store, CrossPriced)) == 1


def test_what_one_slot_sells_twice_is_a_short_the_second_time(server, store):
    server.exchange.open_market()
    broker = virtual_on(server, store)
    for account in SIX[:2]:
        broker.place(order(server, account, Side.BUY, 4, "UUP"))
    one, two = (order(server, SIX[0], Side.SELL, 4, "UUP", name=name) for name in ("a", "b"))
    first, second = broker.place_all([one, two])
    assert first.client_order_id == "a"
    assert "cannot be sold short" in str(second)
    assert broker.positions(SIX[0]) == {}


@pytest.mark.parametrize("seed", range(8))
def test_slots_piling_up_before_the_open_lose_nothing(server, store, seed):
    chance = Random(seed)
    server.exchange.parts = 3
    before = server.account.cash
    wanted: dict[tuple[str, str], Decimal] = {}
    for day in range(4):
        server.exchange.close_market()
        for slot in range(3):
            batch = []
            for account in chance.sample(SIX, 4):
                symbol, side = chance.choice(["SPY", "QQQ"]), chance.choice(list(Side))
                quantity = chance.randint(1, 6)
                name = f"{account}-{day}-{slot}"
                batch.append(order(server, account, side, quantity, symbol, name=name))
                key = account, symbol
                wanted[key] = wanted.get(key, D(0)) + quantity * side.sign
            results = virtual_on(server, store).place_all(batch)
            assert not [one for one in results if isinstance(one, Exception)]
        server.exchange.open_market()
        broker = virtual_on(server, store)
        for _ in range(2):
            held = {(a, s): q for a in SIX for s, q in broker.positions(a).items()}
        assert held == {key: total for key, total in wanted.items() if total}
        assert key_differences(broker) == []
        spent = sum((broker.cash(account) - START for account in SIX), D(0))
        assert inner_on(server).cash(KEY) == before + spent
    ids = [one.client_order_id for one in server.account.orders]
    assert len(ids) == len(set(ids))


def test_a_commission_is_split_to_the_last_millionth_when_the_last_part_got_nothing():
    book = VirtualBook()
    intents = [NetPart(account_id=a, client_order_id=a, quantity=D(1)) for a in SIX[:4]]
    common = {"symbol": "SPY", "side": Side.BUY}
    at = "2026-11-18T15:00:00Z"
    intended = NetOrderIntended(
        key=KEY,
        slot="",
        leg=1,
        quantity=D(4),
        client_order_id="net",
        parts=tuple(intents),
        decided_at=at,
        **common,
    )
    parts = [
        AllocatedPart(account_id=a, client_order_id=a, quantity=D(n))
        for a, n in zip(SIX[:4], (1, 1, 1, 0), strict=True)
    ]
    filled = NetFillAllocated(
        net_order_id="net",
        fill_id="f",
        quantity=D(3),
        price=D(10),
        commission=D(1),
        filled_at=at,
        session="2026-11-18",
        parts=tuple(parts),
        **common,
    )
    book.apply(intended)
    book.apply(filled)
    assert sum(fill.commission for fills in book.fills.values() for fill in fills) == D(1)


def test_asking_for_every_order_of_a_slot_is_one_look_at_the_key(server, store):
    broker = virtual_on(server, store, fresh_s=60)
    tickets = [order(server, account, Side.BUY, 5) for account in SIX]
    broker.place_all(tickets)
    broker.find(SIX[0], tickets[0].client_order_id)
    asked = len(server.seen)
    for ticket in tickets * 10:
        broker.find(ticket.account_id, ticket.client_order_id)
        broker.fills(ticket.account_id, ticket.client_order_id)
    assert len(server.seen) == asked
    server.exchange.open_market()
    later = broker.place(order(server, SIX[0], Side.BUY, 1))  # what is sent makes the look stale
    assert broker.find(SIX[0], later.client_order_id) is not None
    assert broker.positions(SIX[5]) == {"SPY": D(5)}
