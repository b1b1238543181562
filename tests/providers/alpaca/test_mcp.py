"""The trading API over MCP: the same outcomes as over REST, whatever the server does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import BadInput, BrokerUnavailable, ConfigError, OrderRefused, OrderUnknown
from core.schemas.order import RefusalKind
from providers.alpaca.mcp_session import McpSession, ServerCommand
from providers.alpaca.session import PaperKey
from tests.providers.alpaca.mcp_client import POLICY, api_of, session_on
from tests.providers.alpaca.rest_client import order
from tests.servers.alpaca_faults import HTML, Fault
from tests.servers.alpaca_server import alpaca_server

BRIEF = replace(POLICY, call_s=0.5)


@pytest.fixture(scope="module")
def shared():
    with alpaca_server() as server, session_on(server) as session:
        yield server, session


@pytest.fixture
def server(shared):
    shared[0].faults.clear()
    shared[0].seen.clear()
    return shared[0]


@pytest.fixture
def api(shared):
    return api_of(shared[1])


def test_questions_are_answered_as_over_rest(server, api):
    assert api.account()["cash"] == str(server.account.cash)
    assert "is_open" in api.clock()
    assert api.calendar("2026-11-23", "2026-11-25")[0]["date"] == "2026-11-23"
    assert api.asset("SPY")["symbol"] == "SPY"
    assert api.asset("NOPE") is None
    assert any(asset["symbol"] == "SPY" for asset in api.assets())
    assert api.order_by_client_id("nobody") is None
    assert api.positions() == api.activities("FILL") == []


def test_an_order_is_placed_found_and_cancelled(server, api):
    placed = api.submit_order(order("mcp-1"))
    assert api.order_by_client_id("mcp-1")["id"] == placed["id"]
    assert "mcp-1" in [row["client_order_id"] for row in api.orders("open")]
    api.cancel_order(placed["id"])
    assert "mcp-1" not in [row["client_order_id"] for row in api.orders("open")]
    with pytest.raises(OrderRefused, match="not cancelled"):
        api.cancel_order(placed["id"])


def test_an_id_that_is_taken_is_fetched_and_not_failed(server, api):
    first = api.submit_order(order("mcp-2"))
    assert api.submit_order(order("mcp-2"))["id"] == first["id"]


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_what_the_status_proves_is_a_refusal_of_its_kind(server, api, status):
    body = b'{"code": 40310000, "message": "insufficient buying power"}'
    server.faults.plan(Fault(status=status, body=body, taken=False))
    with pytest.raises(OrderRefused, match="mcp-3 was refused") as caught:
        api.submit_order(order("mcp-3"))
    assert caught.value.kind is RefusalKind.BUYING_POWER


NO_ANSWERS = {
    "429": Fault(status=429, body=b'{"message": "too many requests."}'),
    "403 of a gateway": Fault(status=403, body=HTML),
    "502": Fault(status=502, body=HTML),
    "HTML as success": Fault(status=200, body=HTML),
    "half": Fault(half=True),
    "dropped": Fault(drop=True),
    "another order": Fault(status=200, body=b'{"id": "x", "client_order_id": "other"}'),
    "a list": Fault(status=200, body=b"[]"),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_an_order_without_a_clear_answer_is_unknown_and_was_sent_once(server, api, name):
    server.faults.plan(NO_ANSWERS[name])
    with pytest.raises(OrderUnknown, match="may have been taken"):
        api.submit_order(order(f"mcp-{name}"))
    assert len(server.posts()) == 1


LISTS = [name for name in NO_ANSWERS if name != "a list"]


@pytest.mark.parametrize("name", LISTS)
def test_a_question_without_a_clear_answer_is_never_nothing(server, api, name):
    server.faults.plan(replace(NO_ANSWERS[name], method="GET", path="/v2/", times=None))
    with pytest.raises(BrokerUnavailable, match="ask again"):
        api.positions()
    if name != "another order":
        with pytest.raises(BrokerUnavailable, match="ask again"):
            api.asset("SPY")


def test_an_answer_about_another_order_is_none_of_ours(server, api):
    server.faults.plan(
        Fault("GET", "/v2/orders:by", status=200, body=b'{"id": "x", "client_order_id": "other"}')
    )
    with pytest.raises(BrokerUnavailable, match="another order"):
        api.order_by_client_id("mcp-1")


@pytest.mark.parametrize("changes", [{"qty": 0.3}, {"client_order_id": ""}])
def test_an_inexact_or_nameless_order_is_never_sent(server, api, changes):
    with pytest.raises(OrderRefused, match=r"float|client_order_id"):
        api.submit_order(order(**changes))
    assert server.posts() == []


@pytest.mark.parametrize("tool", ["close_all_positions", "update_account_config", ""])
def test_a_tool_that_is_not_on_the_list_is_not_called(shared, server, tool):
    with pytest.raises(BadInput, match="not on the desk's list"):
        shared[1].call(tool, {}, again=True)
    assert server.seen == []


def test_a_server_killed_after_the_order_left_leaves_it_unknown_and_it_is_found(tmp_path):
    with (
        alpaca_server() as server,
        session_on(server, "die after place_stock_order", tmp_path / "died") as session,
    ):
        api = api_of(session)
        with pytest.raises(OrderUnknown, match="ended or broke off"):
            api.submit_order(order())
        assert api.order_by_client_id("order-1")["qty"] == "10"
        assert len(server.posts()) == 1


def test_a_server_killed_before_the_order_left_leaves_it_unknown_too(tmp_path):
    with (
        alpaca_server() as server,
        session_on(server, "die before place_stock_order", tmp_path / "died") as session,
    ):
        api = api_of(session)
        with pytest.raises(OrderUnknown, match="look it up"):
            api.submit_order(order())
        assert api.order_by_client_id("order-1") is None


def test_a_question_is_asked_again_after_a_crash(tmp_path):
    with (
        alpaca_server() as server,
        session_on(server, "die before get_account_info", tmp_path / "died") as session,
    ):
        assert api_of(session).account()["cash"] == str(server.account.cash)


def test_a_silent_server_is_ended_so_that_nothing_is_done_late():
    with (
        alpaca_server() as server,
        session_on(server, "hang place_stock_order", policy=BRIEF) as session,
    ):
        api = api_of(session)
        with pytest.raises(OrderUnknown, match="may have been taken"):
            api.submit_order(order())
        assert api.order_by_client_id("order-1") is None
        assert server.posts() == []


def test_rubbish_before_the_first_message_is_passed_over():
    with alpaca_server() as server, session_on(server, "garbage") as session:
        assert api_of(session).account()["cash"] == str(server.account.cash)


def test_a_result_without_the_envelope_is_no_answer():
    with alpaca_server() as server, session_on(server, "bare") as session:
        api = api_of(session)
        with pytest.raises(BrokerUnavailable, match="envelope"):
            api.account()
        with pytest.raises(OrderUnknown, match="envelope"):
            api.submit_order(order())


def test_a_server_without_a_needed_tool_is_named_in_one_line():
    with alpaca_server() as server, session_on(server, "without get_news") as session:
        api = api_of(session)
        with pytest.raises(BrokerUnavailable, match="does not offer get_news"):
            api.account()
        with pytest.raises(BrokerUnavailable, match="nothing was sent"):
            api.submit_order(order())


@pytest.mark.parametrize("command", ["no-such-command-at-all", "/bin/true", "/bin/false"])
def test_a_server_that_does_not_start_is_said_and_nothing_was_sent(command):
    session = McpSession(PaperKey("PK1", "s"), ServerCommand(command), POLICY)
    with pytest.raises(BrokerUnavailable, match="nothing was sent"):
        api_of(session).submit_order(order())
    session.close()


def test_a_closed_session_starts_nothing_more():
    session = McpSession(PaperKey("PK1", "s"), ServerCommand("/bin/true"), POLICY)
    session.close()
    with pytest.raises(BrokerUnavailable, match="closed"):
        api_of(session).account()


def test_a_live_key_is_refused_before_anything_starts():
    with pytest.raises(ConfigError, match="real money") as caught:
        McpSession(PaperKey("AKCANARY", "s"))
    assert "CANARY" not in str(caught.value)
