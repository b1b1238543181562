"""A desk full of text that would phone home, on every page there is, beside a beacon that must stay silent."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from core.events import ALL_EVENTS
from pages.ui.places import PLACES
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry
from tests.e2e.conftest import web_app
from tests.fakes.hostile_desk import CALL, TALK, fill
from tests.fakes.week import WEEK

SETTLED_MS = 400
FOREIGN = """(port) => [...document.querySelectorAll('[src],[href],iframe,object,embed,form')]
    .map(one => one.src || one.href || one.data || one.tagName)
    .filter(one => String(one).includes(':' + port) || ['IFRAME', 'OBJECT', 'EMBED'].includes(one))"""


class Beacon:
    """An address on this machine that remembers who called."""

    def __init__(self) -> None:
        called: list[str] = []

        class Ear(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                called.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing: who called is in ``called``."""

        self.called = called
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
        self.port = self.server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def beacon() -> Iterator[Beacon]:
    made = Beacon()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def phoning(tmp_path_factory, beacon):
    """The address of the app over the hostile desk, and the newest event of a hostile call."""
    folder = tmp_path_factory.mktemp("phoning")
    url = f"sqlite:///{folder / 'desk.db'}"
    store = open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    fill(store, beacon.address)
    event = list(store.read(CALL))[-1].event_id
    store.close()
    with web_app(url, folder) as address:
        yield address, event


def paths(event):
    """Every page, and what else of it is only shown when the address asks for it."""
    for place in PLACES:
        yield f"/{place.name}?week={WEEK}" if place is not PLACES[0] else "/"
    yield f"/chat?conversation={TALK}"
    yield f"/audit?event={event}"
    yield from ("/operations?show=Providers+and+cost", "/operations?show=Broker")


def test_no_page_asks_the_beacon_for_anything(opened, page, phoning, beacon):
    httpx.get(f"{beacon.address}/alive")
    assert beacon.called == ["/alive"]
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if _is_ours(said, beacon) else None)
    page.on("request", lambda asked: refused.append(asked.url) if _goes(asked, beacon) else None)
    address, event = phoning
    for path in paths(event):
        shown = opened(f"{address}{path}")
        for place in range(shown.get_by_test_id("stExpander").count()):
            summary = shown.get_by_test_id("stExpander").nth(place).locator("summary")
            if summary.is_visible():
                summary.click()
        shown.wait_for_timeout(SETTLED_MS)
        assert shown.get_by_test_id("stException").count() == 0, path
        assert shown.evaluate(FOREIGN, str(beacon.port)) == [], path
    assert refused == []
    assert beacon.called == ["/alive"]


def _goes(request, beacon):
    return request.url.startswith(beacon.address)


def _is_ours(message, beacon):
    """What the policy refused counts as asked: the text should not even try."""
    return f":{beacon.port}" in message.text
