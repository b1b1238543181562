"""Share links on the Operations page: made, shown once, listed, taken back; for operators alone."""

from __future__ import annotations

import re

import pytest

from core.clock import SystemClock
from core.events.access import ShareLinkCreated, ShareLinkRevoked
from storage.passes import share_opened
from tests.fakes.stored_weeks import open_desk, write_week
from tests.pages.conftest import said


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    write_week(store_at)
    return store_at


def press(app, label):
    [button] = [one for one in app.button if one.label == label]
    return button.click().run()


def listed(app):
    return [
        row for one in app.dataframe if "link" in one.value for row in one.value.to_dict("records")
    ]


def test_a_link_is_made_shown_opened_and_taken_back(show, desk):
    app = show("operations")
    assert "Nothing was shared yet" in said(app)
    app.number_input(key="share days").set_value(7)
    app = press(app, "Make a link")
    [row] = desk.read_all(types=[ShareLinkCreated.__name__])
    links = [one.value for one in app.code if "/s/" in one.value]
    assert len(links) == 1
    assert re.fullmatch(rf"http://.+/s/{row.payload['share_id']}\.[\w-]{{43}}", links[0])
    assert row.payload["by"] == "operator"
    assert links[0].rpartition(".")[2] not in str(row.payload)

    share_opened(desk, str(row.payload["share_id"]), SystemClock())
    app = show("operations")  # another session: the link itself is shown nowhere again
    assert [one.value for one in app.code if "/s/" in one.value] == []
    [line] = listed(app)
    assert (line["page"], line["week"], line["by"]) == ("Week", "Wed 18 Nov 2026", "operator")
    assert line["state"].startswith("open until")
    assert line["first opened"] != "never"

    app = press(app, "Take it back")
    assert len(list(desk.read_all(types=[ShareLinkRevoked.__name__]))) == 1
    assert listed(app)[0]["state"].startswith("taken back")


def test_a_desk_without_a_week_has_nothing_to_share(show, store_at):
    open_desk(store_at)
    app = show("operations")
    assert "Make a link" not in {one.label for one in app.button}
