"""Each defect of alpaca-py: the bare SDK has it, the adapter over it does not."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
import requests
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import GetCalendarRequest, MarketOrderRequest
from pydantic import ValidationError
from requests.adapters import HTTPAdapter

from core.clock import FixedClock
from core.errors import BrokerUnavailable, OrderUnknown
from core.schemas.order import OrderStatus, OrderTicket
from core.types import AccountId, Side
from providers.alpaca.session import PaperClient, PaperKey
from providers.broker.alpaca import AlpacaBroker, LookUps
from tests.contract.market_data import CALENDAR
from tests.providers.alpaca.rest_client import IMPATIENT, QUICK, client_on, order
from tests.servers.alpaca_faults import HTML, Fault, broken, with_word
from tests.servers.alpaca_server import AlpacaServer

ONE = AccountId("acct_1")
FIRST = date(2026, 11, 18)


class Listening(HTTPAdapter):
    """Remembers the time-out each request was sent with."""

    def __init__(self) -> None:
        super().__init__()
        self.timeouts: list[object] = []

    def send(self, request, **kwargs):
        self.timeouts.append(kwargs.get("timeout"))
        return super().send(request, **kwargs)


def bare(server: AlpacaServer, *, raw: bool = False) -> TradingClient:
    """The SDK as it comes, its fixed pause of 3 s left out."""
    client = TradingClient(
        server.account.key_id, server.account.secret, url_override=server.url, raw_data=raw
    )
    client._retry_wait = 0
    return client


def market_order(quantity: float = 10, client_id: str | None = None) -> MarketOrderRequest:
    return MarketOrderRequest(
        symbol="SPY",
        qty=quantity,
        side=OrderSide.BUY,
        time_in_force=TimeInForce.DAY,
        client_order_id=client_id,
    )


def ticket(quantity: Decimal = Decimal(10)) -> OrderTicket:
    return OrderTicket(
        client_order_id="order-1",
        account_id=ONE,
        symbol="SPY",
        side=Side.BUY,
        quantity=quantity,
        decided_at=CALENDAR.session_open(FIRST),
    )


def broker_on(server: AlpacaServer) -> AlpacaBroker:
    clock = FixedClock(server.exchange.now)
    return AlpacaBroker({ONE: client_on(server)}, CALENDAR, clock, LookUps(waits_s=(0, 0)))


def test_the_sdk_waits_for_ever_and_the_adapter_does_not(server):
    sdk, listening = bare(server), Listening()
    sdk._session.mount("http://", listening)
    sdk.get_clock()
    assert listening.timeouts == [None]
    server.faults.plan(Fault(stall_s=1))
    with pytest.raises(OrderUnknown):
        client_on(server, IMPATIENT).submit_order(order())


def test_every_request_of_the_adapter_has_both_time_outs(server):
    client = PaperClient(PaperKey(server.account.key_id, server.account.secret), server.url, QUICK)
    for address in (server.url, "https://paper-api.alpaca.markets"):
        assert client._session.get_adapter(address)._timeout == (QUICK.connect_s, QUICK.read_s)


@pytest.mark.parametrize("status", [429, 504])
def test_the_sdk_makes_four_orders_of_one_and_the_adapter_one(server, status):
    server.faults.plan(broken(status, taken=True, times=3))
    bare(server, raw=True).submit_order(market_order())
    assert len(server.account.orders) == 4
    server.account.orders.clear()
    server.faults.plan(broken(status, taken=True, times=3))
    with pytest.raises(OrderUnknown):
        client_on(server).submit_order(order())
    assert len(server.account.orders) == 1


def test_the_sdk_calls_a_live_order_a_failure_and_the_broker_finds_it(server):
    server.faults.plan(broken(504, taken=True))
    with pytest.raises(APIError, match="client_order_id must be unique"):
        bare(server, raw=True).submit_order(market_order(client_id="order-0"))
    server.faults.plan(broken(504, taken=True))
    assert broker_on(server).place(ticket()).status is OrderStatus.ACCEPTED
    assert [taken.client_order_id for taken in server.account.orders] == ["order-0", "order-1"]


def test_the_sdk_sends_a_float_and_the_adapter_the_exact_text(server):
    third = Decimal("0.1") + Decimal("0.2")
    bare(server, raw=True).submit_order(market_order(0.1 + 0.2))
    broker_on(server).place(ticket(third))
    theirs, ours = (json.loads(asked.raw)["qty"] for asked in server.posts())
    assert repr(theirs) == "0.30000000000000004"
    assert ours == "0.3"


def test_the_sdk_cannot_read_its_own_error_on_a_page_and_the_adapter_can(server):
    server.faults.plan(Fault(status=502, body=HTML))
    with pytest.raises(APIError) as caught:
        bare(server).submit_order(market_order())
    with pytest.raises(json.JSONDecodeError):
        _ = caught.value.code
    server.faults.plan(Fault(status=502, body=HTML))
    with pytest.raises(OrderUnknown, match=r"502 \(502 Bad Gateway nginx\)"):
        client_on(server).submit_order(order())


@pytest.mark.parametrize("key", ["status", "asset_class", "side", "order_type", "order_class"])
def test_the_sdk_chokes_on_a_new_word_after_acceptance_and_the_broker_does_not(server, key):
    edit = with_word(key, "quantum_leap")
    server.faults.plan(Fault(edit=edit, times=None), Fault("GET", times=None, edit=edit))
    with pytest.raises(ValidationError):
        bare(server).submit_order(market_order(client_id="order-0"))
    assert len(server.account.orders) == 1
    broker = broker_on(server)
    assert broker.place(ticket()).status is OrderStatus.ACCEPTED
    found = broker.find(ONE, "order-1")
    assert (found.status, found.side) == (OrderStatus.ACCEPTED, Side.BUY)


def test_the_sdk_lets_connection_errors_through_and_the_adapter_names_them(server):
    server.faults.plan(Fault("GET", "/v2/account", times=None, drop=True))
    with pytest.raises(requests.ConnectionError):
        bare(server).get_account()
    with pytest.raises(BrokerUnavailable, match="broke the connection"):
        client_on(server).account()


def test_the_sdk_gives_session_times_without_a_zone_and_the_adapter_leaves_them_text(server):
    (session,) = bare(server).get_calendar(GetCalendarRequest(start=FIRST, end=FIRST))
    assert session.open.tzinfo is None
    (row,) = client_on(server).calendar(FIRST.isoformat(), FIRST.isoformat())
    assert (row["open"], row["close"]) == ("09:30", "16:00")


def test_the_sdk_takes_a_redirect_for_an_empty_success_and_the_adapter_does_not(server):
    away = Fault("DELETE", status=302, body=b"", headers={"Location": "/"}, taken=False, times=2)
    server.faults.plan(away)
    taken = client_on(server).submit_order(order())
    assert bare(server).cancel_order_by_id(taken["id"]) is None
    with pytest.raises(BrokerUnavailable):
        client_on(server).cancel_order(taken["id"])
