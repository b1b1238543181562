"""Audit: filters in the address, one event whole, the chains walked when asked."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from core.errors import Busy, StoreError
from core.events.calls import ModelCallCompleted, ModelCallRequested
from core.schemas.model_call import ModelAnswer
from core.types import StreamId
from pages.http.store import STORE_VARIABLE
from pages.ui.bounded_json import ENOUGH, bounded
from pages.ui.chain_walks import ChainWalks, chain_walks
from pages.ui.data import StoreState
from storage.queries import StoreReader
from storage.verification import VerificationResult
from tests.fakes.spending import request
from tests.fakes.stored_weeks import RUN, append, open_desk, write_week
from tests.fakes.week import WEEK
from tests.pages.conftest import said

CALL = StreamId(f"run/{RUN}/pitch/acct_1")
RAW = 'Here it is: ```json\n{"instrument": "SPY"}\n```'


@pytest.fixture
def log(store_at):
    open_desk(store_at)
    write_week(store_at)
    append(
        store_at,
        CALL,
        ModelCallRequested(request_hash="h", request=request()),
        ModelCallCompleted(request_hash="h", answer=ModelAnswer(text=RAW, served_model="m")),
    )
    chain_walks.clear()
    return store_at


def listed(app):
    return [] if not app.dataframe else list(app.dataframe[0].value["type"])


def press(app, label):
    [button] = [one for one in app.button if one.label == label]
    app = button.click().run()
    assert not app.exception, [one.message for one in app.exception]
    return app


def test_a_store_that_does_not_exist_shows_words(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    assert "cli.py demo" in said(show("audit"))


def test_every_event_is_listed_newest_first(show, log):
    app = show("audit")
    assert listed(app)[:2] == ["ModelCallCompleted", "ModelCallRequested"]
    assert f"{log.last_position()} found" not in said(app)
    assert f"{log.last_position()} in all" in said(app)


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"type": "PitchesCollected"}, ["PitchesCollected"]),
        ({"stream": "run/", "week": WEEK}, ["ModelCallCompleted", "ModelCallRequested"]),
        ({"run": RUN, "text": "here it is"}, ["ModelCallCompleted"]),
        ({"type": "NeverHappened"}, []),
        ({"text": "nobody says this"}, []),
        ({"page": "1"}, ["DeskConfigured"]),
        ({"page": "x'"}, None),
    ],
)
def test_the_address_filters(show, log, parameters, found):
    app = show("audit", **parameters)
    if found is None:
        assert listed(app)[0] == "ModelCallCompleted"
    else:
        assert listed(app) == found
    if not found and found is not None:
        assert "No event is like that" in said(app)


def test_one_event_is_shown_whole_with_raw_beside_parsed(show, log):
    answer = list(log.read(CALL))[-1]
    app = show("audit", event=answer.event_id)
    assert app.code[0].value == RAW
    assert '"instrument"' in app.json[0].value
    assert answer.hash in app.dataframe[0].value["value"].tolist()
    app = press(app, "What was asked")
    assert next(log.read(CALL)).event_id in app.query_params["event"]
    assert any("Prompt" in one.value for one in app.markdown)
    app = press(app, "Next")
    assert answer.event_id in app.query_params["event"]
    app = press(app, "All of its run")
    assert app.session_state["run"] == RUN
    app = press(app, "Close")
    assert "event" not in app.query_params


def test_an_event_nobody_knows_is_said(show, log):
    assert "holds no event" in said(show("audit", event="[x](http://evil.example)"))


def test_the_chains_are_walked_when_asked_and_found_whole(show, log):
    app = show("audit")
    assert "not asked yet" in said(app)
    press(app, "Verify every chain")
    finish()
    app = show("audit")
    assert "every chain holds" in app.success[0].value
    append(log, CALL, ModelCallRequested(request_hash="i", request=request()))
    assert "1 events came after" in show("audit").success[0].value


def test_a_broken_chain_is_red_and_named(show, log):
    with log.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER events_no_update"))
        connection.execute(text("UPDATE events SET payload = '{}' WHERE type = 'PitchesCollected'"))
    press(show("audit"), "Verify every chain")
    finish()
    assert "was altered" in show("audit").error[0].value


def finish():
    """Wait for the walk under way."""
    for _ in range(200):
        thread = chain_walks().thread
        if thread is None or not thread.is_alive():
            return
        thread.join(0.1)


RESULT = VerificationResult(
    ok=True, events=1, streams=1, first_broken=None, anchored=False, message=""
)


def a_state(version="1:a"):
    return StoreState(StoreReader.at("sqlite:////nowhere/x.db"), version)


def test_walks_rest_between_and_the_same_log_is_walked_once():
    at, asked = [0.0], []
    walks = ChainWalks(lambda: at[0], lambda *_: asked.append(1) or RESULT)
    walks.begin(a_state()).join()
    assert walks.newest(a_state()).result == RESULT
    assert walks.begin(a_state()) is None
    with pytest.raises(Busy, match="walked just now"):
        walks.begin(a_state("2:b"))
    at[0] = 60.0
    walks.begin(a_state("2:b")).join()
    assert len(asked) == 2


def test_a_walk_that_fails_says_why_and_leaves_the_way_free():
    def walk(*_):
        raise StoreError("the disk is gone")

    walks = ChainWalks(walk=walk)
    walks.begin(a_state()).join()
    assert walks.newest(a_state()).trouble == "the disk is gone"
    assert walks.under_way(a_state()) is None


@pytest.mark.parametrize(
    "value",
    [
        {"text": "x" * 1_000_000},
        {"list": list(range(100_000))},
        {str(number): "x" * 100 for number in range(10_000)},
        {"deep": [[["x" * 100] * 50] * 50] * 50},
    ],
)
def test_a_payload_of_any_size_is_shown_bounded(value):
    shown = bounded(value)
    assert shown.cut
    assert len(str(shown.value)) < 2 * ENOUGH


def test_a_small_payload_is_shown_as_it_is_with_hidden_signs_spelled_out():
    shown = bounded({"a": ["left\u202eright", 1, None]})
    assert (shown.cut, shown.value) == (False, {"a": ["left\\u202eright", 1, None]})
