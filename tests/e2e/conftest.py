"""The real server on a free port of this machine, over stores that were filled before it starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from core.events import ALL_EVENTS
from pages.http.store import STORE_VARIABLE
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry
from tests.fakes.equity_desk import lived_equity
from tests.fakes.stored_weeks import open_desk, simulated_store, write_week
from tests.fixture_files import ROOT
from tests.pages.conftest import HOSTILE
from tests.servers.streamlit_server import streamlit_server


@contextmanager
def web_app(
    store: str, folder: Path, script: Path = ROOT / "streamlit_app.py", **variables: str
) -> Iterator[str]:
    """The address of the app over ``store``, started from another folder than its own."""
    env = {STORE_VARIABLE: store, **variables}
    with streamlit_server(script, folder, folder, env) as app:
        yield app.address


@pytest.fixture(scope="session")
def simulated_app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated_app")
    store = f"sqlite:///{folder / 'desk.db'}"
    simulated_store(store, weeks=5)
    with web_app(store, folder) as address:
        yield address


@pytest.fixture(scope="session")
def equity_app(tmp_path_factory):
    """A desk whose second strategy has looked, traded and been measured."""
    folder = tmp_path_factory.mktemp("equity_app")
    store = f"sqlite:///{folder / 'desk.db'}"
    lived_equity(store)
    with web_app(store, folder) as address:
        yield address


@pytest.fixture(scope="session")
def hostile_app(tmp_path_factory):
    """A desk whose models and sources wrote addresses, pictures and markup everywhere."""
    folder = tmp_path_factory.mktemp("hostile_app")
    url = f"sqlite:///{folder / 'desk.db'}"
    store = open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    open_desk(store)
    write_week(store, HOSTILE)
    store.close()
    with web_app(url, folder) as address:
        yield address


@pytest.fixture(scope="session")
def empty_app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty_app")
    with web_app(f"sqlite:///{folder / 'none.db'}", folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser(browser_type_launch_args):
    """Chromium for this module alone.

    Playwright's own session fixtures keep an event loop running in this thread until the last test
    of the process: whatever else calls ``asyncio.run`` after them would fail.
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**browser_type_launch_args)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def watched(page):
    """The browser's page; the test fails on script errors, and on requests that leave this machine."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on("request", lambda request: faults.extend(_outside(request.url)))
    yield page
    assert page.get_by_test_id("stException").count() == 0
    assert faults == []


def _outside(url: str) -> list[str]:
    own = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
    return [] if url.startswith(own) else [f"request left this machine: {url}"]


@pytest.fixture
def opened(watched):
    """``opened(address)``: the page once its script has run to the end."""

    def go(address: str):
        watched.goto(address)
        watched.wait_for_selector(
            '[data-testid=stApp][data-test-script-state="notRunning"]', timeout=60_000
        )
        watched.get_by_test_id("stSidebar").wait_for(state="attached")
        watched.locator("h1").first.wait_for(timeout=30_000)
        return watched

    return go
