"""Pages run without a browser, over stores that tests fill."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.events import ALL_EVENTS
from pages.http.asked import Asked
from pages.http.store import STORE_VARIABLE
from pages.ui import visitor
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry
from tests.fakes.stored_weeks import simulated_store
from tests.fixture_files import ROOT

HERE = Asked("127.0.0.1", (("host", "localhost:8200"),))
SHELL = ROOT / "pages" / "_shell.py"
HOSTILE = (
    "![x](http://evil.example/a.png) [click](http://evil.example) <img src=http://evil.example/b> "
    "http://evil.example/c www.evil.example mail@evil.example :red[red] $x^2$ **bold** `code` "
    ":material/delete: # heading <script>alert(1)</script> :smile: ~~gone~~ | a | b |"
)


@pytest.fixture(autouse=True)
def _no_cached_reads():
    st.cache_data.clear()


@pytest.fixture
def asking(monkeypatch):
    """``asking(Asked(…))``: where the pages' visitor asks from; there is no browser here."""

    def set_facts(facts):
        monkeypatch.setattr(visitor, "asked", lambda: facts)

    return set_facts


@pytest.fixture(autouse=True)
def _at_this_machine(asking):
    asking(HERE)


@pytest.fixture
def store_at(tmp_path, monkeypatch):
    """The store the pages show, open for writing; it exists from the start."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv(STORE_VARIABLE, url)
    store = open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    yield store
    store.close()


@pytest.fixture(scope="session")
def simulated_url(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('simulated') / 'desk.db'}"
    simulated_store(url, weeks=5)
    return url


@pytest.fixture
def simulated(simulated_url, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, simulated_url)


@pytest.fixture
def show():
    """``show("week", week="2026-11-18")``: the page as it stands after its first run.

    Opened by its address: the overview is not drawn on the way.
    """

    def run(name="overview", **parameters):
        app = AppTest.from_file(SHELL, default_timeout=30)
        if name != "overview":
            app.switch_page(str(SHELL.with_name(f"{name}.py")))
        for key, value in parameters.items():
            app.query_params[key] = value
        app.run()
        assert app._page_hash in ("", None, app._finished_page_script_hash), f"no page {name}"
        assert not app.exception, [one.message for one in app.exception]
        return app

    return run


def said(app):
    """Every word the page shows in Markdown, captions, messages and metrics."""
    kinds = (app.title, app.header, app.markdown, app.caption, app.info, app.warning, app.error)
    texts = [one.value for kind in kinds for one in kind]
    return "\n".join([*texts, *(f"{one.label} {one.value}" for one in app.metric)])
