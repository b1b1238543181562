"""The broker over Alpaca: what the contract leaves open, each against the loopback exchange."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.clock import FixedClock
from core.errors import BrokerError, BrokerUnavailable, OrderRefused, OrderUnknown
from core.schemas.order import OrderStatus, OrderTicket, RefusalKind
from core.types import AccountId, Side
from providers.alpaca.patience import RestPolicy
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperKey
from providers.alpaca.token_bucket import TokenBucket
from providers.broker.alpaca import AlpacaBroker, LookUps
from tests.contract.market_data import CALENDAR
from tests.servers.alpaca_faults import HTML, Fault, with_word
from tests.servers.alpaca_server import AlpacaServer, alpaca_server

D = Decimal
ONE, TWO = AccountId("acct_1"), AccountId("acct_2")
QUICK = RestPolicy(connect_s=2, read_s=5, deadline_s=10, retries=1, backoff_s=0.001)


@pytest.fixture
def server():
    with alpaca_server() as served:
        yield served


@pytest.fixture
def broker(server):
    return broker_on(server)


def api_of(server: AlpacaServer, key_id: str) -> AlpacaRest:
    account = server.exchange.accounts[key_id]
    key = PaperKey(account.key_id, account.secret)
    return AlpacaRest(key, server.url, QUICK, TokenBucket(1e6, 10_000))


def broker_on(
    server: AlpacaServer,
    clock: FixedClock | None = None,
    sleep: Callable[[float], None] = lambda seconds: None,
) -> AlpacaBroker:
    apis = {ONE: api_of(server, server.account.key_id)}
    look_ups = LookUps(waits_s=(0.1, 0.2, 0.4), sleep=sleep)
    return AlpacaBroker(apis, CALENDAR, clock or FixedClock(server.exchange.now), look_ups)


def ticket(
    order_id: str = "order-1", side: Side = Side.BUY, quantity: str = "10", symbol: str = "SPY"
) -> OrderTicket:
    return OrderTicket(
        client_order_id=order_id,
        account_id=ONE,
        symbol=symbol,
        side=side,
        quantity=D(quantity),
        decided_at=CALENDAR.session_open(date(2026, 11, 18)),
    )


def bought(server: AlpacaServer, broker: AlpacaBroker, quantity: str = "10") -> None:
    server.exchange.open_market()
    broker.place(ticket("held", quantity=quantity))


def test_a_closed_market_queues_the_order_and_nothing_is_sent_again(server, broker):
    assert broker.place(ticket()).status is OrderStatus.ACCEPTED
    assert broker.find(ONE, "order-1").status is OrderStatus.ACCEPTED
    assert broker.fills(ONE, "order-1") == ()
    server.exchange.open_market()
    assert broker.find(ONE, "order-1").status is OrderStatus.FILLED
    (fill,) = broker.fills(ONE, "order-1")
    assert (fill.session, fill.price_kind, fill.source) == (date(2026, 11, 18), "trade", "alpaca")
    assert (fill.price, fill.quantity, fill.commission) == (D("650.25"), D(10), D(0))
    assert len(server.posts()) == 1


def test_what_the_close_leaves_unfilled_is_cancelled_with_its_fills_kept(server, broker):
    server.exchange.fills_at_once = False
    server.exchange.open_market()
    broker.place(ticket())
    server.exchange.fill(server.account, server.account.orders[0], D(4))
    assert broker.find(ONE, "order-1").status is OrderStatus.PARTIALLY_FILLED
    server.exchange.close_market()
    order = broker.find(ONE, "order-1")
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELLED, D(4))
    assert [fill.quantity for fill in broker.fills(ONE, "order-1")] == [D(4)]


def test_an_order_the_exchange_rejects_after_acceptance_is_refused(server, broker):
    server.faults.plan(Fault(edit=with_word("status", "rejected")))
    with pytest.raises(OrderRefused, match=r"order-1 .*rejected"):
        broker.place(ticket())


@pytest.mark.parametrize(
    "word", ["new", "pending_new", "accepted_for_bidding", "held", "calculated", "", "quantum"]
)
def test_every_other_status_word_is_an_open_order(server, broker, word):
    server.faults.plan(Fault(edit=with_word("status", word)))
    assert broker.place(ticket()).status is OrderStatus.ACCEPTED


def test_a_full_order_with_a_new_word_is_filled(server, broker):
    bought(server, broker)
    server.faults.plan(Fault("GET", times=None, edit=with_word("status", "quantum")))
    assert broker.find(ONE, "held").status is OrderStatus.FILLED


def test_a_side_that_cannot_be_told_is_said_and_not_guessed(server, broker):
    broker.place(ticket())

    def odd(row: dict) -> dict:
        return {**row, "side": "sideways", "position_intent": None}

    server.faults.plan(Fault("GET", times=None, edit=odd))
    with pytest.raises(BrokerUnavailable, match="sideways"):
        broker.find(ONE, "order-1")


def test_an_acceptance_that_cannot_be_read_is_looked_up(server, broker):
    server.faults.plan(Fault(edit=with_word("submitted_at", "yesterday")))
    assert broker.place(ticket()).status is OrderStatus.ACCEPTED
    assert len(server.posts()) == 1


@pytest.mark.parametrize("symbol", ["spy", "SPY/USD", "SPY260619C00650000"])
def test_an_acceptance_with_a_symbol_nobody_expects_is_looked_up_too(server, broker, symbol):
    odd = with_word("symbol", symbol)
    server.faults.plan(Fault(edit=odd))
    assert broker.place(ticket()).symbol == "SPY"
    server.faults.plan(Fault("GET", "/v2/orders:by", edit=odd, times=None))
    with pytest.raises(BrokerUnavailable, match=r"order-1.*symbol"):
        broker.find(ONE, "order-1")


def test_an_unknown_order_is_looked_up_with_growing_pauses_and_never_sent_again(server):
    slept: list[float] = []
    broker = broker_on(server, sleep=slept.append)
    server.faults.plan(Fault(drop=True, taken=False, times=None))
    with pytest.raises(OrderUnknown, match="order-1"):
        broker.place(ticket())
    assert slept == [0.1, 0.2, 0.4]
    assert len(server.posts()) == 1


def test_an_order_that_shows_late_is_found(server, broker):
    missing = b'{"code": 40410000, "message": "order not found for order-1"}'
    server.faults.plan(
        Fault(drop=True), Fault("GET", "/v2/orders:by", times=2, status=404, body=missing)
    )
    assert broker.place(ticket()).client_order_id == "order-1"
    assert len(server.posts()) == 1


def test_look_ups_without_an_answer_leave_the_order_unknown(server, broker):
    server.faults.plan(Fault(drop=True), Fault("GET", times=None, status=503, body=HTML))
    with pytest.raises(OrderUnknown, match="order-1"):
        broker.place(ticket())
    server.faults.clear()
    assert broker.find(ONE, "order-1").status is OrderStatus.ACCEPTED


def test_a_failed_look_up_is_never_no_order(server, broker):
    server.faults.plan(Fault("GET", "/v2/orders:by", times=None, drop=True))
    with pytest.raises(BrokerUnavailable):
        broker.find(ONE, "order-1")


def test_a_refusal_of_an_order_that_is_live_is_its_acceptance(server, broker):
    first = broker.place(ticket())
    said = b'{"code": 40310000, "message": "insufficient buying power"}'
    server.faults.plan(Fault(status=403, body=said, taken=False))
    assert broker.place(ticket()).broker_order_id == first.broker_order_id


def test_a_sale_asked_twice_is_not_taken_for_a_short(server, broker):
    bought(server, broker, "2.5")
    first = broker.place(ticket("exit", Side.SELL, "2.5"))
    assert broker.place(ticket("exit", Side.SELL, "2.5")).broker_order_id == first.broker_order_id
    assert broker.positions(ONE) == {}


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (ticket(quantity="9999"), RefusalKind.BUYING_POWER),
        (ticket(symbol="NOPE"), RefusalKind.UNKNOWN_SYMBOL),
        (ticket(symbol="OCGN", quantity="1.5"), RefusalKind.FRACTIONAL),
        (ticket(symbol="USO", side=Side.SELL), RefusalKind.HARD_TO_BORROW),
        (ticket(symbol="UUP", side=Side.SELL), RefusalKind.SHORTING),
        (ticket(symbol="SPY", side=Side.SELL, quantity="1.5"), RefusalKind.FRACTIONAL),
        (ticket(symbol="RGC"), RefusalKind.OTHER),
        (ticket(symbol="RGC", side=Side.SELL), RefusalKind.OTHER),
        (ticket(symbol="NOPE", side=Side.SELL), RefusalKind.UNKNOWN_SYMBOL),
    ],
)
def test_a_refusal_has_its_kind_and_leaves_no_order(server, broker, asked, kind):
    with pytest.raises(OrderRefused, match="order-1|" + asked.symbol) as caught:
        broker.place(asked)
    assert caught.value.kind is kind
    assert server.account.orders == []


def test_a_short_nobody_lends_is_refused_before_it_is_sent(server, broker):
    with pytest.raises(OrderRefused, match="USO cannot be sold short"):
        broker.place(ticket(symbol="USO", side=Side.SELL))
    assert server.posts() == []


def test_an_opposite_order_is_a_wash_trade(server, broker):
    broker.place(ticket("buy"))
    with pytest.raises(OrderRefused, match="other side") as caught:
        broker.place(ticket("sell", Side.SELL, "3"))
    assert caught.value.kind is RefusalKind.WASH_TRADE


def test_more_than_is_held_is_refused(server, broker):
    bought(server, broker, "4")
    with pytest.raises(OrderRefused, match="free to sell") as caught:
        broker.place(ticket("sell", Side.SELL, "6"))
    assert caught.value.kind is RefusalKind.SHARES


def test_a_short_below_the_least_equity_is_refused(server, broker):
    server.account.cash = D(1_999)
    with pytest.raises(OrderRefused, match="may not sell short") as caught:
        broker.place(ticket("short", Side.SELL, "1"))
    assert caught.value.kind is RefusalKind.SHORTING


def test_whether_a_symbol_can_be_shorted_is_asked_once_a_day(server):
    clock = FixedClock(server.exchange.now)
    broker = broker_on(server, clock)
    assert [broker.shortable("SPY") for _ in range(3)] == [True] * 3
    server.exchange.listings["SPY"].easy_to_borrow = False
    assert broker.shortable("SPY")
    clock.move_to(clock.now() + timedelta(days=1))
    assert not broker.shortable("SPY")
    assert sum(asked.path == "/v2/assets/SPY" for asked in server.seen) == 2


def test_an_unknown_symbol_cannot_be_shorted(broker):
    assert not broker.shortable("NOPE")


def test_an_unanswered_question_of_shorting_is_not_no(server, broker):
    server.faults.plan(Fault("GET", "/v2/assets", times=None, status=503, body=HTML))
    with pytest.raises(BrokerUnavailable):
        broker.shortable("SPY")


def test_fills_listed_twice_and_in_disorder_are_each_once_and_in_order(server, broker):
    server.exchange.parts = 4
    server.listing.fills_twice = server.listing.fills_reversed = True
    bought(server, broker)
    fills = broker.fills(ONE, "held")
    assert [fill.fill_id for fill in fills] == [f.activity_id for f in server.account.fills]
    assert sum(fill.quantity for fill in fills) == D(10)
    assert sorted(fill.price for fill in fills) == [fill.price for fill in fills]


def test_a_later_fill_waits_for_an_earlier_one_that_is_not_listed_yet(server, broker):
    server.exchange.parts = 3
    bought(server, broker)
    first, second, third = (fill.activity_id for fill in server.account.fills)
    server.listing.withheld = {second}
    assert [fill.fill_id for fill in broker.fills(ONE, "held")] == [first]
    server.listing.withheld = set()
    assert [fill.fill_id for fill in broker.fills(ONE, "held")] == [first, second, third]


def test_a_filled_order_without_activities_has_no_made_up_fill(server, broker):
    server.listing.fills_hidden = True
    bought(server, broker)
    assert broker.find(ONE, "held").status is OrderStatus.FILLED
    assert broker.fills(ONE, "held") == ()
    server.listing.fills_hidden = False
    assert len(broker.fills(ONE, "held")) == 1


def test_fills_of_other_orders_and_of_other_pages_do_not_mix(server, broker):
    server.listing.page = 2
    server.exchange.open_market()
    for number in range(5):
        broker.place(ticket(f"order-{number}", quantity=str(number + 1)))
    quantities = [[fill.quantity for fill in broker.fills(ONE, f"order-{n}")] for n in range(5)]
    assert quantities == [[D(n + 1)] for n in range(5)]


def test_fills_on_a_clock_that_is_wrong_are_still_all_there(server, broker):
    bought(server, broker)
    server.exchange.now -= timedelta(hours=2)
    broker.place(ticket("late"))
    assert len(broker.fills(ONE, "held")) == len(broker.fills(ONE, "late")) == 1


def test_fills_of_an_order_nobody_placed_raise(broker):
    with pytest.raises(BrokerError, match="no order order-9"):
        broker.fills(ONE, "order-9")


def test_an_open_order_is_cancelled_once(server, broker):
    broker.place(ticket())
    assert broker.cancel(ONE, "order-1").status is OrderStatus.CANCELLED
    assert broker.cancel(ONE, "order-1").status is OrderStatus.CANCELLED
    assert sum(asked.method == "DELETE" for asked in server.seen) == 1


def test_an_order_that_fills_while_it_is_cancelled_is_filled(server, broker):
    server.exchange.fills_at_once = False
    server.exchange.open_market()
    broker.place(ticket())
    fill = server.exchange.fill

    def filled_meanwhile(row: dict) -> dict:
        fill(server.account, server.account.orders[0])
        return row

    server.faults.plan(Fault("GET", "/v2/orders:by", edit=filled_meanwhile))
    assert broker.cancel(ONE, "order-1").status is OrderStatus.FILLED


def test_cash_is_cash_and_never_buying_power(server, broker):
    server.faults.plan(Fault("GET", "/v2/account", edit=with_word("buying_power", "lots")))
    assert broker.cash(ONE) == D(100_000)


def test_an_account_without_readable_cash_is_said_and_not_zero(server, broker):
    server.faults.plan(Fault("GET", "/v2/account", times=None, edit=with_word("cash", None)))
    with pytest.raises(BrokerUnavailable, match="cash"):
        broker.cash(ONE)


@pytest.mark.parametrize("told", ["-4", "4"])
def test_a_short_is_negative_whichever_way_it_is_written(server, broker, told):
    server.exchange.open_market()
    broker.place(ticket("short", Side.SELL, "4"))
    server.faults.plan(Fault("GET", "/v2/positions", edit=with_word("qty", told)))
    assert broker.positions(ONE) == {"SPY": D(-4)}


def test_every_account_trades_with_its_own_key(server):
    server.exchange.open_market()
    other = server.exchange.add_account("PKSECOND000000000002", D(50_000))
    apis = {ONE: api_of(server, server.account.key_id), TWO: api_of(server, other.key_id)}
    broker = AlpacaBroker(apis, CALENDAR, FixedClock(server.exchange.now))
    broker.place(ticket())
    broker.place(ticket(quantity="3").model_copy(update={"account_id": TWO}))
    assert broker.positions(ONE) == {"SPY": D(10)}
    assert broker.positions(TWO) == {"SPY": D(3)}
    assert broker.cash(TWO) == D(50_000) - 3 * D("650.25")


def test_an_account_without_a_key_is_named_with_those_that_have_one(broker):
    for ask in (broker.cash, broker.positions, lambda name: broker.find(name, "order-1")):
        with pytest.raises(BrokerError, match=r"no Alpaca key pair for acct_2 .*acct_1"):
            ask(TWO)
    with pytest.raises(OrderRefused, match="acct_2"):
        broker.place(ticket().model_copy(update={"account_id": TWO}))


def test_one_ticket_that_fails_stops_no_other(server, broker):
    server.faults.plan(Fault(drop=True, taken=False))
    tickets = [ticket("lost"), ticket("refused", symbol="NOPE"), ticket("taken")]
    lost, refused, taken = broker.place_all(tickets)
    assert isinstance(lost, OrderUnknown)
    assert isinstance(refused, OrderRefused)
    assert taken.client_order_id == "taken"
