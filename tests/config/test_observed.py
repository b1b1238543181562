"""A process is watched as long as it runs; what cannot be watched is said, and the work goes on."""

from __future__ import annotations

import logging
import socket

import httpx
import pytest

from config.observed import observed
from config.settings import load_settings
from config.wiring import open_store
from tests.fakes.logs import restored_logging
from tests.servers.serving import free_port


@pytest.fixture
def desk(tmp_path):
    """``desk(port)``: settings with that scheduler port, and their open store."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    opened = []

    def on(port):
        settings = load_settings(env={"PORT_SCHEDULER": str(port)}, profile="rules", store=url)
        opened.append(open_store(settings))
        return settings, opened[-1]

    yield on
    for store in opened:
        store.close()


def test_port_and_logs_are_there_for_the_block(desk):
    port, said = free_port(), []
    with restored_logging():
        with observed(*desk(port), said.append):
            assert httpx.get(f"http://127.0.0.1:{port}/healthz").json()["status"] == "ok"
            (handler,) = logging.getLogger().handlers
            assert "ProcessorFormatter" in type(handler.formatter).__name__
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{port}/livez")
    assert said == [f"metrics and health on http://127.0.0.1:{port}/metrics and /healthz"]


def test_a_port_that_is_taken_stops_no_work(desk):
    said, worked = [], []
    with socket.socket() as taken, restored_logging():
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with observed(*desk(port), said.append):
            worked.append("on")
    assert worked == ["on"]
    (line,) = said
    assert line.startswith(f"not watched: port {port} on 127.0.0.1 cannot be used")
