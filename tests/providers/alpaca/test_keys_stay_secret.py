"""A canary key through every failure path: no message, repr, cause or context shows it."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.errors import CouncilError
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperClient, PaperKey
from tests.providers.alpaca.rest_client import IMPATIENT, QUICK, client_on, order
from tests.servers.alpaca_faults import HTML, Fault
from tests.servers.alpaca_server import alpaca_server

SECRET = "canary-secret"
CANARY = "PKCANARY00000000000X"


@pytest.fixture
def server():
    with alpaca_server() as served:
        account = served.exchange.add_account(CANARY)
        served.exchange.accounts["PKFIRST0000000000001"] = account
        yield served


def echo(server) -> bytes:
    return f"<html>bad request: APCA-API-KEY-ID: {CANARY} {server.account.secret}</html>".encode()


def faults(server) -> list[Fault]:
    said = json.dumps({"code": 40010001, "message": f"key {CANARY} {server.account.secret}"})
    return [
        Fault(status=status, body=body)
        for status in (200, 302, 400, 401, 403, 404, 422, 429, 500, 502, 504)
        for body in (echo(server), said.encode(), HTML, b"", b"{")
    ] + [Fault(drop=True), Fault(half=True), Fault(stall_s=1)]


def failure(ask: Callable[[], object]) -> list[CouncilError]:
    try:
        ask()
    except CouncilError as error:
        return [error]
    return []


def shown(error: BaseException) -> str:
    """Everything a log or a page could print of an error and of what it hangs on."""
    texts, seen = [], error
    while seen is not None:
        texts += [str(seen), repr(seen), repr(seen.args), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join([*texts, *traceback.format_exception(error)])


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_no_failure_shows_the_key(server, method, caplog):
    caplog.set_level(logging.DEBUG)
    api = client_on(server, IMPATIENT)
    asks = {
        "POST": lambda: api.submit_order(order()),
        "GET": api.account,
        "DELETE": lambda: api.cancel_order("nobody"),
    }
    failures = []
    for fault in faults(server):
        server.faults.clear()
        path = "/v2/account" if method == "GET" else "/v2/orders"
        server.faults.plan(replace(fault, method=method, path=path, times=None))
        failures += failure(asks[method])
    assert len(failures) > 50
    for text in (*map(shown, failures), caplog.text):
        assert CANARY not in text
        assert server.account.secret not in text
    assert all(error.__cause__ is None for error in failures)


def test_an_unreachable_host_and_a_live_key_do_not_show_it():
    key = PaperKey(CANARY, SECRET)
    gone = AlpacaRest(key, "http://127.0.0.1:9", QUICK)
    with pytest.raises(CouncilError) as unreachable:
        gone.account()
    with pytest.raises(CouncilError) as live:
        AlpacaRest(PaperKey("AK" + CANARY, SECRET))
    for caught in (unreachable, live):
        assert CANARY not in shown(caught.value)
        assert SECRET not in shown(caught.value)


def test_nothing_that_holds_the_key_prints_it():
    key = PaperKey(CANARY, SECRET)
    for holder in (key, AlpacaRest(key), PaperClient(key, "http://127.0.0.1:9", QUICK)):
        assert CANARY not in f"{holder!r} {holder}"
        assert SECRET not in f"{holder!r} {holder}"
