"""A look and a measurement asked for on the discovery page: by operators, with what became of them."""

from __future__ import annotations

import pytest

from core.commands import run_job
from core.desk import jobs
from core.events.jobs import JobOutcome
from core.job_kinds import JobKind
from pages.http import access
from pages.http.access import Door
from pages.http.asked import Asked
from pages.ui import visitor
from storage.queries import StoreReader, open_jobs
from tests.fakes.desks import on
from tests.fakes.stored_weeks import open_desk
from tests.pages.conftest import HOSTILE, said
from tests.pages.test_access import READS

LOOK = "Look through the market now"
AWAY = (("host", "desk.example"), ("x-forwarded-for", "1.2.3.4"))
NOW = on("2026-11-20", "12:00")


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    return store_at


def buttons(app):
    return {one.label: one for one in app.button}


def test_a_first_look_is_asked_for_on_the_empty_page(show, desk):
    app = show("discovery")
    assert "Nobody has looked for symbols yet" in said(app) or app.info
    app = buttons(app)[LOOK].click().run()
    assert not app.exception
    [job] = open_jobs(StoreReader(desk.engine))
    assert (job.kind, job.key) == (JobKind.DISCOVERY, "discovery/equity_cycle")
    assert buttons(app)[LOOK].disabled
    assert not buttons(app)["Measure now"].disabled
    assert "nobody leads" in said(app)


def test_what_came_of_it_is_told_as_text(show, desk):
    key = jobs.request(desk, run_job("discovery"), "Ada", NOW).key
    held = jobs.claim(desk, key, 1, NOW)
    jobs.finish(desk, held, JobOutcome.FAILED, HOSTILE, NOW)
    app = show("discovery")
    words = said(app)
    assert ":red-badge[failed]" in words
    assert "http://evil" not in words
    assert not buttons(app)[LOOK].disabled


def test_a_viewer_finds_no_button_and_a_click_without_the_role_asks_nothing(
    show, desk, monkeypatch, asking
):
    app = show("discovery")
    monkeypatch.setattr(visitor, "door", lambda: Door(session=lambda _cookie: READS))
    asking(Asked("127.0.0.1", AWAY, {access.SESSION_COOKIE: "x"}))
    refused = buttons(app)[LOOK].click().run()
    assert open_jobs(StoreReader(desk.engine)) == ()
    assert LOOK not in buttons(refused)
    assert LOOK not in buttons(show("discovery"))
