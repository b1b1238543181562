"""Every response is guarded, health tells the truth, metrics are not public."""

from __future__ import annotations

import asyncio
import gc
import re

import httpx
import pytest
from altair.utils import schemapi
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from core.tracing import bound
from pages.http import health, metrics
from pages.http.headers import content_security_policy, middleware
from pages.http.store import STORE_VARIABLE
from pages.http.warm_up import lifespan
from tests.fakes.logs import restored_logging
from tests.fakes.stored_weeks import open_desk


@pytest.fixture
def get():
    """A GET against the routes behind the middleware."""
    inner = Route("/{path:path}", lambda _request: PlainTextResponse(f"page {bound()}"))
    app = Starlette(routes=[*health.routes(), *metrics.routes(), inner], middleware=middleware())

    def ask(path, **headers):
        async def once():
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost"
            ) as client:
                return await client.get(path, headers=headers)

        return asyncio.run(once())

    return ask


def test_every_response_carries_the_policy_and_the_guards(get):
    headers = get("/anything").headers
    assert headers["content-security-policy"] == content_security_policy()
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


def test_the_policy_lets_nothing_in_from_elsewhere():
    policy = content_security_policy()
    assert "http" not in policy
    assert "unsafe-eval" not in policy
    assert re.search(r"script-src 'self' 'sha256-[A-Za-z0-9+/=]{44}'(;|$)", policy)


def test_a_request_id_is_given_back_or_made(get):
    assert get("/", **{"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    made = get("/", **{"X-Request-ID": "<script>"}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", made)


def test_the_request_id_is_the_trace_of_the_request(get):
    assert "'trace_id': 'abc-1'" in get("/", **{"X-Request-ID": "abc-1"}).text
    answer = get("/")
    assert f"'trace_id': '{answer.headers['x-request-id']}'" in answer.text


def test_metrics_of_the_framework_are_not_answered(get):
    assert get("/_stcore/metrics").status_code == 404
    assert get("/_stcore/metrics/").status_code == 404
    assert get("/prefix/_stcore/metrics").status_code == 404


def test_alive_asks_nobody(get, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, "nonsense://")
    assert get("/livez").text == "ok"


def test_health_of_a_store_that_answers(get, store_at):
    assert get("/health").json()["database"]["status"] == "empty"
    open_desk(store_at)
    assert get("/healthz").json() == get("/health").json()
    answer = get("/api/health")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ok"
    assert set(body) == {"status", "database", "scheduler", "market_data", "broker"}
    pool = {"pool_size", "free_connections", "min_size", "max_size"}
    assert set(body["database"]) == {"status", *pool}


def test_metrics_follow_the_store(get, store_at):
    assert "trading_last_event_position 0.0" in get("/metrics").text
    open_desk(store_at)
    answer = get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert f"trading_last_event_position {float(store_at.last_position())}" in answer.text


def test_metrics_of_settings_that_cannot_be_read_are_one_line(get, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, "mysql://host/x")
    answer = get("/metrics")
    assert (answer.status_code, answer.text.count("\n")) == (503, 1)


def test_health_of_a_store_that_cannot_be_read(get, tmp_path, monkeypatch):
    file = tmp_path / "damaged.db"
    file.write_text("no database" * 500)
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{file}")
    answer = get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "degraded")
    assert answer.json()["database"]["status"] == "unreachable"


def test_health_of_settings_that_cannot_be_read(get, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, "mysql://host/x")
    answer = get("/health")
    assert answer.json()["database"]["status"] == "misconfigured"


def test_warm_up_freezes_what_it_loaded():
    async def start():
        async with lifespan(None):
            return gc.get_freeze_count()

    try:
        with restored_logging():
            assert asyncio.run(start()) > 10_000
    finally:
        gc.unfreeze()
        schemapi.enable_debug_mode()  # the tests after this one check their charts
