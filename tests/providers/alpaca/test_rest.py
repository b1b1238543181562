"""The trading API over REST: an order is sent once, a question is asked with patience, nothing is guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import BrokerUnavailable, ConfigError, OrderRefused, OrderUnknown
from core.schemas.order import RefusalKind
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperKey
from providers.alpaca.token_bucket import TokenBucket
from tests.providers.alpaca.rest_client import IMPATIENT, QUICK, client_on, order
from tests.servers.alpaca_faults import HTML, Fault, broken
from tests.servers.alpaca_server import alpaca_server

NO_ANSWERS = {
    "429": Fault(status=429, body=b'{"message": "too many requests."}'),
    "429 not taken": Fault(status=429, body=b'{"message": "too many requests."}', taken=False),
    "500": broken(500, taken=True),
    "502 not taken": broken(502, taken=False),
    "504": broken(504, taken=True),
    "HTML": Fault(status=502, body=HTML),
    "HTML as success": Fault(status=200, body=HTML),
    "garbage": Fault(status=200, body=b"\xff\x00]"),
    "nested": Fault(status=200, body=b"[" * 100_000),
    "nested 403": Fault(status=403, body=b"[" * 100_000),
    "nested 404": Fault(status=404, body=b'{"a":' * 50_000),
    "nested 500": Fault(status=500, body=b"[" * 100_000),
    "endless number": Fault(status=200, body=b'{"id": ' + b"9" * 5_000 + b"}"),
    "empty": Fault(status=200, body=b""),
    "half": Fault(half=True),
    "a list": Fault(status=200, body=b"[]"),
    "null": Fault(status=200, body=b"null"),
    "another order": Fault(status=200, body=b'{"id": "x", "client_order_id": "other"}'),
    "error inside 200": Fault(status=200, body=b'{"code": 50010000, "message": "internal"}'),
    "dropped": Fault(drop=True),
    "404": Fault(status=404, body=b'{"message": "endpoint not found"}'),
    "HTML 403": Fault(status=403, body=HTML),
    "half a 422": Fault(status=422, body=b'{"code": 40010001, "mess'),
    "redirect": Fault(status=302, body=b"", headers={"Location": "/v2/orders"}),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_an_order_without_a_clear_answer_is_unknown_and_was_sent_once(server, api, name):
    server.faults.plan(NO_ANSWERS[name])
    with pytest.raises(OrderUnknown, match="order-1 may have been taken") as caught:
        api.submit_order(order())
    assert len(server.posts()) == 1
    assert "\n" not in str(caught.value)
    assert "<" not in str(caught.value)


@pytest.mark.parametrize("fault", [Fault(stall_s=1), Fault(drip_s=0.02)], ids=["stall", "drip"])
def test_an_order_that_is_answered_too_slowly_is_unknown_and_was_sent_once(server, fault):
    server.faults.plan(fault)
    with pytest.raises(OrderUnknown, match="did not answer"):
        client_on(server, IMPATIENT).submit_order(order())
    assert len(server.posts()) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_what_the_status_proves_is_a_refusal(server, api, status):
    body = b'{"code": 40310000, "message": "insufficient buying power"}'
    server.faults.plan(Fault(status=status, body=body, taken=False))
    with pytest.raises(OrderRefused, match="order-1 was refused") as caught:
        api.submit_order(order())
    assert caught.value.kind is RefusalKind.BUYING_POWER


def test_an_id_that_is_taken_is_fetched_and_not_failed(server, api):
    first = api.submit_order(order())
    assert api.submit_order(order())["id"] == first["id"]
    assert len(server.account.orders) == 1


def test_an_id_that_is_taken_and_not_found_is_unknown(server, api):
    api.submit_order(order())
    server.faults.plan(Fault("GET", "/v2/orders:by", times=None, status=503, body=HTML))
    with pytest.raises(OrderUnknown, match="order-1"):
        api.submit_order(order())


@pytest.mark.parametrize("changes", [{"qty": 0.3}, {"client_order_id": ""}])
def test_an_inexact_or_nameless_order_is_never_sent(server, api, changes):
    with pytest.raises(OrderRefused, match=r"float|client_order_id"):
        api.submit_order(order(**changes))
    assert server.posts() == []


def test_an_order_that_cannot_leave_is_not_unknown():
    with alpaca_server() as server:
        gone = client_on(server, QUICK)
    with pytest.raises(BrokerUnavailable, match="nothing was sent"):
        gone.submit_order(order())


def test_an_order_whose_turn_comes_too_late_is_not_sent(server):
    key = PaperKey(server.account.key_id, server.account.secret)
    api = AlpacaRest(key, server.url, QUICK, TokenBucket(per_minute=0.1, burst=1))
    api.account()
    with pytest.raises(BrokerUnavailable, match="nothing was sent"):
        api.submit_order(order())
    assert server.posts() == []


PASSING = ("429", "500", "502 not taken", "504", "HTML", "HTML as success", "garbage", "half")
LASTING = (
    *PASSING,
    "nested",
    "endless number",
    "empty",
    "dropped",
    "redirect",
    "error inside 200",
    "null",
)
QUESTIONS = {
    "account": lambda api: api.account(),
    "clock": lambda api: api.clock(),
    "calendar": lambda api: api.calendar("2026-11-23", "2026-11-30"),
    "assets": lambda api: api.assets(),
    "assets/SPY": lambda api: api.asset("SPY"),
    "positions": lambda api: api.positions(),
    "orders": lambda api: api.orders("all"),
    "account/activities": lambda api: api.activities("FILL"),
    "orders:by_client_order_id": lambda api: api.order_by_client_id("order-1"),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_question_is_asked_again_until_it_is_answered(server, api, name):
    server.faults.plan(replace(NO_ANSWERS[name], method="GET", path="/v2/positions", times=2))
    assert api.positions() == []
    assert len(server.seen) == 3


LOOK_UP = "orders:by_client_order_id"
UNANSWERED = {
    *((asked, name) for asked in QUESTIONS for name in ("429", "half", "dropped")),
    *((asked, name) for asked in ("positions", LOOK_UP) for name in LASTING),
}


@pytest.mark.parametrize(("asked", "name"), sorted(UNANSWERED))
def test_a_question_without_an_answer_is_never_nothing(server, api, asked, name):
    server.faults.plan(replace(NO_ANSWERS[name], method="GET", path=f"/v2/{asked}", times=None))
    with pytest.raises(BrokerUnavailable, match="nothing is known"):
        QUESTIONS[asked](api)
    assert len(server.seen) == QUICK.retries + 1


def test_a_page_that_says_404_is_not_a_missing_order(server, api):
    server.faults.plan(Fault("GET", "/v2/orders:by", times=None, status=404, body=HTML))
    with pytest.raises(BrokerUnavailable):
        api.order_by_client_id("order-1")


@pytest.mark.parametrize("name", ["another order", "an empty object"])
def test_an_answer_about_another_order_is_not_the_order(server, api, name):
    fault = NO_ANSWERS.get(name, Fault(status=200, body=b"{}"))
    server.faults.plan(replace(fault, method="GET", path="/v2/orders:by"))
    with pytest.raises(BrokerUnavailable, match="another order"):
        api.order_by_client_id("order-1")


def test_only_alpacas_own_404_is_none(api):
    assert api.order_by_client_id("order-9") is None
    assert api.asset("NOPE") is None


def test_a_refused_key_is_not_asked_again(server):
    api = AlpacaRest(PaperKey(server.account.key_id, "wrong"), server.url, QUICK)
    with pytest.raises(BrokerUnavailable, match="401"):
        api.account()
    assert len(server.seen) == 1


def test_retry_after_is_honoured_within_bounds(server):
    slept: list[float] = []
    api = client_on(server, replace(QUICK, longest_wait_s=3), slept)
    busy = {"method": "GET", "path": "/v2/clock", "status": 429, "body": b"{}"}
    server.faults.plan(Fault(**busy, headers={"Retry-After": "2"}))
    server.faults.plan(Fault(**busy, headers={"Retry-After": "9000"}))
    api.clock()
    assert slept == [2, 3]


@pytest.mark.parametrize("asked", ["²", "-5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "1e300"])
def test_a_retry_after_nobody_can_count_is_as_good_as_none(server, asked):
    pauses = []
    key = PaperKey(server.account.key_id, server.account.secret)
    api = AlpacaRest(key, server.url, QUICK, TokenBucket(1e6, 10_000), pauses.append)
    server.faults.plan(Fault("GET", "/v2/clock", status=429, headers={"Retry-After": asked}))
    assert "is_open" in api.clock()
    assert [0 <= pause <= QUICK.longest_wait_s for pause in pauses] == [True]


def test_without_retry_after_the_pause_is_jittered_and_bounded(server):
    slept: list[float] = []
    api = client_on(server, replace(QUICK, retries=6, backoff_s=0.5, longest_wait_s=1), slept)
    server.faults.plan(Fault("GET", "/v2/clock", times=6, status=503, body=HTML))
    api.clock()
    assert len(slept) == 6
    assert all(0 <= pause <= 1 for pause in slept)
    assert slept[0] <= 0.5
    assert len(set(slept)) == 6


def test_a_question_ends_at_its_deadline_though_bytes_still_drip(server):
    server.faults.plan(Fault("GET", "/v2/account", times=None, drip_s=0.02))
    with pytest.raises(BrokerUnavailable, match="the account"):
        client_on(server, IMPATIENT).account()


def test_every_page_of_orders_comes_oldest_first_and_once(server, api):
    server.listing.page = 3
    for number in range(11):
        api.submit_order(order(f"order-{number:02d}", qty="1"))
    found = [row["client_order_id"] for row in api.orders("open")]
    assert found == [f"order-{number:02d}" for number in range(11)]
    assert api.orders("closed") == []


def test_orders_of_one_instant_are_not_lost_between_pages(server, api):
    server.listing.page = 4
    for number in range(9):
        api.submit_order(order(f"order-{number}", qty="1"))
    for taken in server.account.orders[2:5]:
        taken.submitted_at = server.account.orders[2].submitted_at
    assert len({row["id"] for row in api.orders("all")}) == 9


def test_orders_after_an_instant_are_those_alone(server, api):
    api.submit_order(order("early"))
    since = server.exchange.now.isoformat()
    api.submit_order(order("late"))
    assert [row["client_order_id"] for row in api.orders("all", since)] == ["late"]


def test_every_page_of_activities_comes(server, api):
    server.listing.page = 2
    server.exchange.open_market()
    for number in range(7):
        api.submit_order(order(f"order-{number}", qty="1"))
    ids = [row["id"] for row in api.activities("FILL")]
    assert ids == [fill.activity_id for fill in server.account.fills]
    assert api.activities("DIV") == []


def test_an_order_is_cancelled(server, api):
    taken = api.submit_order(order())
    api.cancel_order(taken["id"])
    assert api.order_by_client_id("order-1")["status"] == "canceled"


def test_a_filled_or_foreign_order_is_not_cancelled(server, api):
    server.exchange.open_market()
    taken = api.submit_order(order())
    with pytest.raises(OrderRefused, match="filled"):
        api.cancel_order(taken["id"])
    with pytest.raises(OrderRefused, match="not found"):
        api.cancel_order("nobody")


@pytest.mark.parametrize(
    "name", ["500", "dropped", "redirect", "429", "HTML as success", "error inside 200"]
)
def test_a_cancel_without_an_answer_is_sent_once_and_not_taken_for_done(server, api, name):
    taken = api.submit_order(order())
    server.faults.plan(replace(NO_ANSWERS[name], method="DELETE", times=None))
    with pytest.raises(BrokerUnavailable, match="cancelling"):
        api.cancel_order(taken["id"])
    assert sum(asked.method == "DELETE" for asked in server.seen) == 1


def test_money_stays_text(api):
    account = api.account()
    assert account["buying_power"] == "400000"
    assert isinstance(account["last_equity"], str)


@pytest.mark.parametrize(
    ("key_id", "url"),
    [
        ("AKLIVE", "https://paper-api.alpaca.markets"),
        ("PKPAPER", "https://api.alpaca.markets"),
        ("PKPAPER", "http://paper-api.alpaca.markets"),
        ("PKPAPER", "https://paper-api.alpaca.markets.example.com"),
        ("PKPAPER", "https://paper-api.alpaca.markets@example.com"),
        ("AKLIVE", "http://127.0.0.1:1"),
    ],
)
def test_a_live_key_or_host_is_refused(key_id, url):
    with pytest.raises(ConfigError, match="paper") as caught:
        AlpacaRest(PaperKey(key_id, "hidden-secret"), url)
    assert "hidden-secret" not in str(caught.value)
    assert "AKLIVE" not in str(caught.value)


@pytest.mark.parametrize("ending", ["", "/", "/v2", "/v2/"])
def test_an_address_with_its_version_is_the_same_address(server, ending):
    key = PaperKey(server.account.key_id, server.account.secret)
    assert AlpacaRest(key, server.url + ending, QUICK).account()["status"] == "ACTIVE"
