"""Text of models, vendors and people on every page: read letter by letter, never as markup, bounded."""

from __future__ import annotations

import re

import pytest

from core.events import ALL_EVENTS
from pages.http.store import STORE_VARIABLE
from pages.ui.places import PLACES
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry
from tests.fakes.hostile_desk import CALL, TALK, fill, longer
from tests.fakes.week import WEEK

ADDRESS = "http://evil.example"
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
LIVE = re.compile(
    r"http://evil|www\.evil|(?<!\\)@evil|(?<!\\)!\[|(?<!\\)\]\(|(?<!\\)<(?:img|script|iframe|style|svg)"
    r"|(?<!\\):red\[r|(?<!\\):red-badge\[owned|:material/delete|:streamlit:|(?<!\\)\$\\"
)
"""What Markdown would make something of: safe text has a backslash or a joiner in each of these."""
PLAIN = {"code", "json", "text", "arrow_data_frame", "vega_lite_chart", "arrow_vega_lite_chart"}
"""Elements that read no Markdown: their text is shown as it stands."""
MOST_BYTES = 1_000_000
WEEKLY = {"week", "conviction", "postmortem", "runs", "audit"}
CASES = [
    *((place.name, {"week": WEEK} if place.name in WEEKLY else {}) for place in PLACES),
    ("chat", {"conversation": TALK}),
    ("operations", {"show": "Providers and cost"}),
    ("operations", {"show": "Broker"}),
]


@pytest.fixture(scope="module")
def hostile_url(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('hostile') / 'desk.db'}"
    store = open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    fill(store, ADDRESS)
    store.close()
    return url


@pytest.fixture
def hostile(hostile_url, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, hostile_url)
    store = open_store(hostile_url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    yield store
    store.close()


def texts(message):
    """Every string of a protocol message, however deep."""
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if field.message_type is not None and hasattr(one, "ListFields"):
                yield from texts(one)
            elif isinstance(one, str):
                yield one


def live(app):
    """What a browser would read as markup, with the kind of its element."""
    found = []
    for node in app._tree:
        proto = getattr(node, "proto", None)
        if proto is None or getattr(node, "type", "") in PLAIN or not hasattr(proto, "ListFields"):
            continue
        found += [
            (node.type, LIVE.findall(text), text[:200])
            for text in texts(proto)
            if LIVE.search(text) or TURNING.search(text)
        ]
    return found


def size(app):
    protos = (getattr(node, "proto", None) for node in app._tree)
    return sum(one.ByteSize() for one in protos if hasattr(one, "ByteSize"))


@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_no_page_makes_anything_of_hostile_text(show, hostile, name, parameters):
    app = show(name, **parameters)
    assert live(app) == []
    assert size(app) < MOST_BYTES


@pytest.mark.parametrize("place", [-1, -2])
def test_a_hostile_call_is_shown_whole_enough_and_no_more(show, hostile, place):
    event = list(hostile.read(CALL))[place]
    app = show("audit", event=event.event_id)
    assert live(app) == []
    assert size(app) < 200_000
    shown = "".join(one.value for one in app.code)
    assert "![i](http" in shown
    assert not TURNING.search(shown + "".join(one.value for one in app.json))


def test_the_sweep_would_see_live_markup():
    """The pattern finds each thing the corpus holds, before it was made safe."""
    assert len({match.group() for match in LIVE.finditer(longer(ADDRESS))}) >= 9
