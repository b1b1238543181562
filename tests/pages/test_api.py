"""The HTTP API: every endpoint answers what its document says, to whom it should, in one line when not."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from starlette.applications import Starlette

from pages.http.api.endpoint import NoFields
from pages.http.api.routes import endpoints, routes
from pages.http.headers import middleware
from pages.http.store import STORE_VARIABLE
from tests.fakes.stored_weeks import open_desk
from tests.fakes.strategies import account_opened

HOST = "http://localhost:8200"
SAYS = {"Origin": HOST, "Content-Type": "application/json"}
WEEK = "2020-12-09"


@pytest.fixture
def ask():
    """``ask("GET", path, json=…)`` as somebody at this machine, or from ``peer``."""
    app = Starlette(routes=routes(), middleware=middleware())

    def send(method, path, peer="127.0.0.1", headers=None, **more):
        async def once():
            transport = httpx.ASGITransport(app=app, client=(peer, 4000))
            async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
                own = SAYS if method != "GET" else {}
                return await client.request(
                    method, path, headers={**own, **(headers or {})}, **more
                )

        return asyncio.run(once())

    return send


@pytest.fixture
def filled(simulated_url, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, simulated_url)


QUESTIONS = [one for one in endpoints() if one.method == "GET"]
COMMANDS = [one for one in endpoints() if one.method != "GET"]


NOT_THERE = {"/api/jobs/{key:path}", "/api/cycles/{id}"}
"""A simulated desk was asked for nothing, and its equity strategy is off."""
EMPTY = {"/api/jobs", "/api/scheduler/jobs", "/api/cycles", "/api/capital"}


def address(endpoint, ask):
    """The endpoint's path with something that is there."""
    week = ask("GET", "/api/weeks").json()[0]["week_id"]
    there = {
        "/api/weeks/{id}": week,
        "/api/events/{id}": "1",
        "/api/strategies/{name}": "equity_cycle",
    }
    named = there.get(endpoint.path, "weekly/x")
    return re.sub(r"\{[^}]*\}", named, endpoint.path)


@pytest.mark.parametrize("endpoint", QUESTIONS, ids=lambda one: one.path)
def test_a_question_is_answered_as_its_type_says(ask, filled, endpoint):
    answer = ask("GET", address(endpoint, ask))
    if endpoint.path in NOT_THERE:
        assert answer.status_code == 404
        assert answer.json()["error"].startswith("there is no ")
        return
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document not in (None, {})
    assert document or endpoint.path in EMPTY
    endpoint.adapter.validate_json(answer.content)


@pytest.mark.parametrize("endpoint", endpoints(), ids=lambda one: f"{one.method} {one.path}")
def test_a_stranger_is_told_to_log_in(ask, filled, endpoint):
    path = re.sub(r"\{[^}]*\}", "x", endpoint.path)
    answer = ask(endpoint.method, path, peer="10.0.0.7")
    assert answer.status_code == 401
    assert "error" in answer.json()


@pytest.mark.parametrize("endpoint", COMMANDS, ids=lambda one: f"{one.method} {one.path}")
def test_a_command_from_another_site_is_refused(ask, filled, endpoint):
    path = re.sub(r"\{[^}]*\}", "x", endpoint.path)
    evil = {"Origin": "http://evil.example"}
    answer = ask(endpoint.method, path, headers=evil, content=b"{}")
    assert answer.status_code == 403


def test_nobody_places_an_order_here(ask, filled):
    answer = ask("POST", "/api/trades", json={"symbol": "SPY", "quantity": "1"})
    assert answer.status_code == 405
    assert answer.json() == {"error": "orders are the council's alone: no face can place one"}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/api/weeks?limit=0", "parameter limit cannot be '0'"),
        ("/api/weeks?limit=2&limit=3", "limit is given twice"),
        ("/api/pitches?week=soon", "parameter week cannot be 'soon'"),
        ("/api/pitches?wek=2020-12-09", "there is no parameter 'wek': use week"),
        ("/api/events?at=-1", "parameter at cannot be '-1'"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_one_line(ask, filled, path, line):
    answer = ask("GET", path)
    assert answer.status_code == 422
    assert line in answer.json()["error"]
    assert "\n" not in answer.json()["error"]


def test_what_is_not_there_is_said_so(ask, filled):
    assert ask("GET", "/api/weeks/1999-01-06").status_code == 404
    assert ask("GET", "/api/market/quote?symbol=NOPE").status_code == 404
    assert "lists what is" in ask("GET", "/api/nothing").json()["error"]


def test_a_body_that_never_ends_is_not_read(ask, filled):
    answer = ask("POST", "/api/jobs", content=b" " * 70_000)
    assert answer.status_code == 413


def test_an_empty_store_has_empty_answers(ask, store_at):
    assert ask("GET", "/api/weeks").json() == []
    assert ask("GET", "/api/positions").json() == []
    assert ask("GET", "/api/pitches").json() == {"error": "no week has been run in this store yet"}
    refused = ask("POST", "/api/jobs", json={"kind": "rebuild"})
    assert refused.status_code == 422
    assert "no desk here yet" in refused.json()["error"]


def test_the_document_names_every_endpoint_and_every_reference_in_it_resolves(ask, filled):
    document = ask("GET", "/api/openapi.json").json()
    for endpoint in endpoints():
        path = re.sub(r":\w+\}", "}", endpoint.path)
        operation = document["paths"][path][endpoint.method.lower()]
        assert operation["summary"] == endpoint.summary
        assert ("requestBody" in operation) == (endpoint.body is not NoFields)
    names = set(re.findall(r'"\$ref": ?"([^"]+)"', ask("GET", "/api/openapi.json").text))
    prefix = "#/components/schemas/"
    assert names
    assert {name.removeprefix(prefix) for name in names} <= set(document["components"]["schemas"])


def test_the_kill_switch_and_a_job_are_one_post_each(ask, store_at):
    open_desk(store_at)
    stopped = ask("POST", "/api/system/trading/disable", json={"reason": "a look first"})
    assert (stopped.status_code, stopped.json()["by"]) == (202, "operator")
    assert (
        ask("GET", "/api/system/circuit-breaker").json()["trading_stopped"]["reason"]
        == "a look first"
    )
    assert ask("POST", "/api/system/trading/enable", json={"reason": " "}).status_code == 422
    assert ask("POST", "/api/system/trading/enable", json={"reason": "fine"}).status_code == 202
    asked = ask("POST", "/api/scheduler/jobs/rebuild/all/trigger", json={})
    again = ask("POST", "/api/jobs", json={"kind": "rebuild"})
    assert asked.json()["key"] == again.json()["key"] == "rebuild/all"
    assert again.json()["request"] == 1
    assert [one["key"] for one in ask("GET", "/api/jobs").json()] == ["rebuild/all"]
    ended = ask("POST", "/api/jobs/cancel", json={"key": "rebuild/all"})
    assert ended.json()["status"] == "cancelled"
    assert (
        ask("POST", "/api/jobs", json={"kind": "weekly", "week_id": "2020-12-10"}).status_code
        == 422
    )


def test_the_breaker_is_evaluated_and_reset_with_a_reason(ask, store_at):
    open_desk(store_at)
    assert ask("POST", "/api/system/circuit-breaker/evaluate", json={}).json() == []
    wrong = ask("POST", "/api/system/circuit-breaker/reset", json={"scope": "moon", "reason": "x"})
    assert wrong.status_code == 422
    assert "moon" in wrong.json()["error"]


def test_a_note_is_all_that_is_written_into_the_log_from_here(ask, store_at):
    open_desk(store_at)
    note = {"kind": "week", "about": "2026-09-16", "text": "the pack was thin"}
    pinned = ask("POST", "/api/events", json=note)
    assert (pinned.status_code, pinned.json()["by"]) == (202, "operator")
    newest = ask("GET", "/api/events").json()["lines"][0]
    assert newest["type"] == "NoteAdded"
    refused = ask("POST", "/api/events", json={**note, "kind": "OrderFilled"})
    assert refused.status_code == 422
    assert "OrderFilled" in refused.json()["error"]


def test_a_strategy_is_switched_by_put_and_by_its_own_address(ask, store_at):
    open_desk(store_at)
    off = {"reason": "holidays"}
    one = "/api/strategies/equity_cycle"
    on = ask("PUT", one, json={"enabled": True, "reason": "a try"})
    assert (on.status_code, on.json()["on"], on.json()["word"]["by"]) == (200, True, "operator")
    assert ask("POST", f"{one}/disable", json=off).json()["word"]["reason"] == "holidays"
    again = ask("POST", f"{one}/disable", json={"reason": "twice"})
    assert (again.status_code, again.json()["word"]["reason"]) == (202, "holidays")
    assert ask("PUT", one, json={"enabled": "yes", "reason": "x"}).status_code == 422
    assert ask("PUT", one, json={"enabled": True}).status_code == 422
    assert ask("POST", "/api/strategies/moon/enable", json=off).status_code == 404
    lines = {line["name"]: line["on"] for line in ask("GET", "/api/strategies").json()}
    assert lines == {"macro_council": True, "equity_cycle": False}


def test_a_strategy_is_made_and_ended_in_its_file_alone(ask, store_at):
    open_desk(store_at)
    made = ask("POST", "/api/strategies", json={"name": "mine"})
    ended = ask("DELETE", "/api/strategies/equity_cycle")
    assert made.status_code == ended.status_code == 409
    assert "write it there and start the desk again" in made.json()["error"]


def test_capital_is_given_and_taken_with_a_reason_and_never_from_the_council(ask, store_at):
    open_desk(store_at)
    account_opened(store_at)
    asked = {"strategy": "equity_cycle", "kind": "deposit", "amount": "2500.50", "reason": "more"}
    given = ask("POST", "/api/capital", json=asked)
    assert (given.status_code, given.json()["amount"]) == (202, "2500.50")
    taken = ask("POST", "/api/capital", json={**asked, "kind": "withdrawal", "amount": "500"})
    assert taken.json()["by"] == "operator"
    kinds = [(one["kind"], one["amount"]) for one in ask("GET", "/api/capital").json()]
    assert kinds == [("withdrawal", "-500"), ("deposit", "2500.50")]
    refused = {
        "102000.51": {"kind": "withdrawal", "amount": "102000.51"},
        "start equal": {"strategy": "macro_council"},
        "decimal places": {"amount": "0.001"},
        "reason": {"reason": " "},
    }
    for words, change in refused.items():
        answer = ask("POST", "/api/capital", json={**asked, **change})
        assert answer.status_code == 422
        assert words in answer.json()["error"]
    (line,) = [one for one in ask("GET", "/api/strategies").json() if one["pipeline"] == "cycle"]
    assert (line["capital"], line["cash"]) == ("102000.50", "102000.50")


def test_a_cycle_is_asked_for_as_a_dry_run_and_asking_twice_adds_nothing(ask, store_at):
    open_desk(store_at)
    first = ask("POST", "/cycles/run", json={"symbols": ["AAPL", "MSFT"]})
    assert first.status_code == 202, first.text
    asked = first.json()
    assert asked["key"].startswith("cycle/equity_cycle/dry/")
    assert asked["command"]["execute"] is False
    again = ask("POST", "/cycles/run", json={"symbols": ["MSFT", "AAPL"], "execute": False})
    assert (again.json()["key"], again.json()["request"]) == (asked["key"], asked["request"])
    refused = ask("POST", "/cycles/run", json={"symbols": ["not a symbol"]})
    assert refused.status_code == 422


@pytest.mark.parametrize("key", ["discovery/equity_cycle", "measure/equity_cycle"])
def test_a_look_and_a_measurement_are_asked_for_by_their_keys(ask, store_at, key):
    open_desk(store_at)
    asked = ask("POST", f"/api/scheduler/jobs/{key}/trigger", json={})
    again = ask("POST", "/api/jobs", json={"kind": key.split("/")[0]})
    assert (asked.status_code, asked.json()["key"]) == (202, key)
    assert (again.json()["key"], again.json()["request"]) == (key, 1)
