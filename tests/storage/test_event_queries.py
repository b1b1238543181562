"""Looking through the log: what a filter finds, page by page, on both databases."""

from __future__ import annotations

from itertools import pairwise

import pytest
from orjson import loads

from core.events.calls import ModelCallCompleted, ModelCallRequested
from core.schemas.model_call import ModelAnswer
from core.types import StreamId
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader, event_export
from storage.queries import event_filter as event_filters
from storage.queries.chain import newest_anchor, walk_chains
from storage.queries.event_export import export_lines
from storage.queries.event_filter import EventFilter
from storage.queries.events import PAGE, count_events, event_page, event_types
from storage.queries.one_event import question_of, whole_event
from tests.fakes.spending import request
from tests.fakes.stored_weeks import RUN, append, open_desk, write_week
from tests.fakes.week import WEEK
from tests.storage.conftest import SHARED

CALL = StreamId(f"run/{RUN}/pitch/acct_1")
everywhere = pytest.mark.parametrize("store_url", SHARED, indirect=True)


@pytest.fixture
def log(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    open_desk(store)
    write_week(store, 'with "quotes", 100 %_ and \\ ü\nend')
    append(
        store,
        CALL,
        ModelCallRequested(request_hash="h", request=request()),
        ModelCallCompleted(request_hash="h", answer=ModelAnswer(text='{"a": 1}', served_model="m")),
    )
    return store


@pytest.fixture
def reader(log, store_url):
    opened = StoreReader.at(store_url)
    yield opened
    opened.close()


def found(reader, **asked):
    return [line.type for line in event_page(reader, EventFilter(**asked)).lines]


@everywhere
def test_each_filter_finds_its_events_alone_newest_first(reader, log):
    rows = list(log.read_all())[::-1]
    newest = event_page(reader, EventFilter())
    assert [line.position for line in newest.lines] == [row.position for row in rows][:PAGE]
    assert found(reader, type="PitchesCollected") == ["PitchesCollected"]
    assert found(reader, stream=CALL) == ["ModelCallCompleted", "ModelCallRequested"]
    assert found(reader, stream="run/") == ["ModelCallCompleted", "ModelCallRequested"]
    assert found(reader, stream="run") == []
    assert found(reader, run="other") == found(reader, week="2026-11-11") == []
    assert len(found(reader, run=RUN, week=WEEK)) == sum(row.run_id == RUN for row in rows)
    assert found(reader, week=WEEK, stream="run/", type="ModelCallRequested") == [
        "ModelCallRequested"
    ]
    assert count_events(reader, EventFilter(stream="account/")) == 6
    assert "PitchesCollected" in found(reader, text='"QUOTES", 100 %_ and \\ ü\n')
    assert event_types(reader) == tuple(sorted({row.type for row in rows}))


@pytest.mark.parametrize("text", ['"quotes"', "100 %_", "\\ ü\n", "FLOWS CARRY"])
def test_a_text_is_found_sign_by_sign(reader, text):
    assert "PitchesCollected" in found(reader, text=text)
    assert found(reader, text=text.replace(" ", "x") + "_") == []


@everywhere
def test_a_text_that_is_sql_is_only_a_text(reader, log):
    before = log.last_position()
    assert found(reader, text="' OR 1=1 --", type="x' OR '1'='1", stream="a/b' --/") == []
    assert log.last_position() == before


def test_types_are_those_the_log_holds(reader, log):
    assert event_types(reader) == tuple(sorted({row.type for row in log.read_all()}))


def test_pages_follow_one_another_without_a_gap_and_back(reader, log):
    for number in range(120):
        append(
            log,
            StreamId(f"run/{RUN}/c{number}"),
            ModelCallRequested(request_hash=str(number), request=request()),
        )
    pages, at = [], None
    while True:
        pages.append(event_page(reader, EventFilter(), at))
        at = pages[-1].older
        if at is None:
            break
    positions = [line.position for page in pages for line in page.lines]
    assert positions == list(range(log.last_position(), 0, -1))
    assert all(older.newer == newer.lines[0].position for newer, older in pairwise(pages))


def test_a_text_search_is_bounded_and_goes_on_where_it_ended(reader, log, monkeypatch):
    monkeypatch.setattr("storage.queries.events.WINDOW", 3)
    monkeypatch.setattr(event_filters, "WINDOW", 3)
    asked = EventFilter(text="flows carry")
    first = event_page(reader, asked)
    assert (first.lines, first.searched_to) == ((), log.last_position() - 2)
    seen, at = [], first.older
    while at is not None:
        page = event_page(reader, asked, at)
        seen += [line.type for line in page.lines]
        at = page.older
    assert "PitchesCollected" in seen
    assert count_events(reader, asked) is None


def test_one_event_is_whole_with_its_neighbours_and_its_question(reader, log):
    question, answer = log.read(CALL)
    whole = whole_event(reader, answer.event_id)
    assert whole == whole_event(reader, str(answer.position))
    assert whole.payload["answer"]["text"] == '{"a": 1}'
    assert (whole.hash, whole.previous, whole.following) == (answer.hash, question.event_id, None)
    assert question_of(reader, whole) == question.event_id
    assert whole_event(reader, "9" * 18) is None
    assert whole_event(reader, "nobody's id") is None


def test_a_download_is_json_lines_and_says_where_it_was_cut_off(reader, log, monkeypatch):
    lines = [loads(line) for line in export_lines(reader, EventFilter(week=WEEK)).splitlines()]
    assert len(lines) == count_events(reader, EventFilter(week=WEEK))
    assert lines[0]["payload"]["answer"]["text"] == '{"a": 1}'
    monkeypatch.setattr(event_export, "MOST_EVENTS", 2)
    *kept, last = [loads(line) for line in export_lines(reader, EventFilter()).splitlines()]
    assert [one["position"] for one in kept] == [log.last_position(), log.last_position() - 1]
    assert last == {"cut_off": True, "goes_on_at_position": log.last_position() - 2}


@everywhere
def test_a_reader_walks_the_chains_and_tells_how_far_it_is(reader, log, tmp_path):
    said = []
    result = walk_chains(reader, tmp_path, said.append)
    assert (result.ok, result.events) == (True, log.last_position())
    assert said == [log.last_position()]
    assert newest_anchor(reader) is None


def test_indexes_carry_the_filters(log):
    """The plan, as a planner without numbers makes it."""
    for name, column in (("week", "week_id"), ("run", "run_id"), ("type", "type")):
        sql = f"SELECT position FROM events WHERE {column} = 'x' ORDER BY position DESC LIMIT 51"
        (plan,) = [row[3] for row in log.rows(f"EXPLAIN QUERY PLAN {sql}", ())]
        assert f"USING COVERING INDEX ix_events_{column}_position" in plan, name


def test_a_store_that_is_not_there_has_no_events(tmp_path):
    reader = StoreReader.at(f"sqlite:///{tmp_path / 'none.db'}")
    assert event_page(reader, EventFilter()).lines == ()
    assert event_types(reader) == ()
    assert whole_event(reader, "1") is None
    assert walk_chains(reader, tmp_path, print) is None
