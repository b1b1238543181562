"""The scheduler's metrics and health over a real socket."""

from __future__ import annotations

import socket
import threading

import httpx
import pytest

from config.observed_http import serve
from core.errors import BadInput
from core.events import ALL_EVENTS
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry
from tests.fakes.stored_weeks import open_desk, write_week

LEASE = "name, holder, token, expires_at, heartbeat_at, acquired_at"


@pytest.fixture
def store(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    store = open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    open_desk(store)
    yield store
    store.close()


@pytest.fixture
def get(store):
    with serve(store, 0) as port:
        yield lambda path: httpx.get(f"http://127.0.0.1:{port}{path}")


def test_metrics_follow_the_log(get, store):
    before = get("/metrics")
    assert before.headers["content-type"].startswith("text/plain; version=")
    assert "trading_stage_failures_total{" not in before.text
    write_week(store)
    assert (
        'trading_stage_failures_total{error="MarketError",stage="risk"} 1.0' in get("/metrics").text
    )


def test_health_tells_its_parts(get):
    for path in ("/healthz", "/health", "/api/health"):
        answer = get(path)
        assert answer.status_code == 200
        assert set(answer.json()) == {"status", "database", "scheduler", "market_data", "broker"}
    assert get("/livez").text == "ok"
    assert get("/").status_code == 404


def test_health_of_a_desk_without_a_living_leader_is_503(get, store):
    dead = ("scheduler", "dead:1", 3, 20.0, 1.0, 1.0)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM leases")
        connection.exec_driver_sql(f"INSERT INTO leases ({LEASE}) VALUES (?, ?, ?, ?, ?, ?)", dead)
        connection.commit()
    answer = get("/healthz")
    assert (answer.status_code, answer.json()["scheduler"]["status"]) == (503, "stale")
    assert 'trading_scheduler_leader{holder="dead:1"} 0.0' in get("/metrics").text


@pytest.mark.parametrize("instead", [None, b"another file"])
def test_a_store_that_is_gone_is_not_well_though_this_process_reads_on(get, tmp_path, instead):
    """What is deleted while it is open goes on working, and is lost with the process."""
    assert get("/healthz").status_code == 200
    (tmp_path / "desk.db").rename(tmp_path / "elsewhere.db")
    if instead is not None:
        (tmp_path / "desk.db").write_bytes(instead)
    answer = get("/healthz")
    assert (answer.status_code, answer.json()["database"]["status"]) == (503, "unreachable")
    assert "trading_database_up 0.0" in get("/metrics").text


def test_a_port_in_use_is_one_clear_line(store):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(BadInput, match=f"port {port} on 127.0.0.1 .*PORT_SCHEDULER"),
            serve(store, port),
        ):
            pytest.fail("it listened on a port that was taken")


def test_it_stops_with_its_block_and_leaves_the_port(store):
    before = threading.active_count()
    with serve(store, 0) as port:
        assert httpx.get(f"http://127.0.0.1:{port}/livez").text == "ok"
    with serve(store, port) as again:
        assert again == port
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/livez")
    assert threading.active_count() == before
