"""What a viewer, a guest and a stranger see of the pages, and that no callback believes its page."""

from __future__ import annotations

import pytest

from core.access import Grant, Role, Visitor
from core.clock import SystemClock
from core.desk.trading_switch import disable, is_disabled
from core.types import WeekId
from pages.http import access
from pages.http.access import Door
from pages.http.asked import Asked
from pages.ui import visitor
from tests.fakes.stored_weeks import open_desk, write_week
from tests.pages.conftest import said
from tests.pages.test_access import GUEST, READS

AWAY = (("host", "desk.example"), ("x-forwarded-for", "1.2.3.4"))


@pytest.fixture
def come_as(monkeypatch, asking):
    """The session is somebody's from elsewhere, as a cookie says."""

    def come(who):
        door = Door(session=lambda _cookie: who)
        monkeypatch.setattr(visitor, "door", lambda: door)
        asking(Asked("127.0.0.1", AWAY, {access.SESSION_COOKIE: "x"}))

    return come


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    write_week(store_at)
    return store_at


def labels(app):
    return {one.label for one in app.button}


def test_a_viewer_reads_operations_and_finds_no_control(show, desk, come_as):
    assert "Disable trading" in labels(show("operations"))
    come_as(READS)
    app = show("operations")
    assert labels(app) == set()
    assert list(app.text_input) + list(app.selectbox) == []
    assert "Kill switch" in said(app)


def test_a_click_of_somebody_who_lost_the_role_is_refused(show, desk, come_as):
    app = show("operations")
    app.text_input(key="trading reason").input("out of order")
    come_as(READS)
    [button] = [one for one in app.button if one.label == "Disable trading"]
    app = button.click().run()
    assert "a viewer may not do this" in app.error[0].value.replace("\\", "")
    assert is_disabled(desk) is None


def test_a_word_is_kept_with_the_name_of_whoever_said_it(show, desk, asking, monkeypatch):
    door = Door(operators=frozenset({"boss@desk.example"}))
    monkeypatch.setattr(visitor, "door", lambda: door)
    asking(Asked("10.0.0.1", AWAY, email="boss@desk.example"))
    app = show("operations")
    app.text_input(key="trading reason").input("to see")
    [button] = [one for one in app.button if one.label == "Disable trading"]
    button.click().run()
    assert is_disabled(desk).by == "boss@desk.example"


def test_a_stranger_sees_the_entrance_alone(show, desk, asking):
    asking(Asked("127.0.0.1", AWAY))
    app = show()
    assert "not open to everybody" in said(app)
    assert "Council" not in [one.label for one in app.metric]
    assert app.get("page_link") == []


def test_a_guest_is_led_to_the_granted_week_and_the_address_leads_nowhere_else(show, desk, come_as):
    disable(desk, "a secret reason", "cli", SystemClock().now())
    come_as(GUEST)
    for parameters in ({}, {"week": "2026-11-11"}, {"week": "nonsense"}):
        app = show(**parameters)
        assert "Week of Wed 18 Nov 2026" in said(app)
        assert "Week" not in {one.label for one in app.selectbox}
        assert app.get("page_link") == []


def test_a_guest_of_a_week_nobody_ran_sees_words(show, desk, come_as):
    come_as(Visitor(Role.GUEST, "guest", (Grant("week", WeekId("2026-11-11")),)))
    app = show()
    assert "Week of" not in said(app)
