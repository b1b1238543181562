"""Answers that are kept: one search for everybody, none of them stale, an error nobody's answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from core.errors import StoreError
from pages.ui.data import StoreState
from pages.ui.keeping import MOST, kept
from storage.queries import StoreReader


@pytest.fixture
def reader(tmp_path):
    return StoreReader.at(f"sqlite:///{tmp_path / 'desk.db'}")


def test_ten_who_ask_at_once_wait_for_one_search(reader):
    begun, go, searches = Event(), Event(), []

    @kept
    def found(_state, name):
        searches.append(name)
        begun.set()
        assert go.wait(10)
        return object()

    state = StoreState(reader, "1:a")
    with ThreadPoolExecutor(10) as crowd:
        asked = [crowd.submit(found, state, "week") for _ in range(10)]
        assert begun.wait(10)
        go.set()
        answers = {id(one.result(10)) for one in asked}
    assert (len(answers), searches) == (1, ["week"])


def test_a_log_that_moved_and_another_question_are_looked_up_anew(reader):
    searches = []

    @kept
    def found(state, name):
        searches.append((state.version, name))
        return len(searches)

    asked = [("1:a", "x"), ("1:a", "x"), ("2:b", "x"), ("2:b", "y"), ("1:a", "x")]
    answers = [found(StoreState(reader, version), name) for version, name in asked]
    assert answers == [1, 1, 2, 3, 1]


def test_another_store_at_the_same_version_has_answers_of_its_own(reader, tmp_path):
    other = StoreReader.at(f"sqlite:///{tmp_path / 'other.db'}")
    found = kept(lambda state: state.reader.address)
    addresses = {found(StoreState(one, "1:a")) for one in (reader, other)}
    assert addresses == {reader.address, other.address}


def test_an_error_is_kept_for_nobody(reader):
    outcomes = [StoreError("away"), None]

    @kept
    def found(_state):
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        return "back"

    state = StoreState(reader, "1:a")
    with pytest.raises(StoreError, match="away"):
        found(state)
    assert found(state) == "back"


def test_the_oldest_answers_are_forgotten(reader):
    searches = []
    found = kept(lambda _state, number: searches.append(number))
    for number in range(MOST + 1):
        found(StoreState(reader, "1:a"), number)
    found(StoreState(reader, "1:a"), 0)
    assert searches.count(0) == 2
    found(StoreState(reader, "1:a"), MOST)
    assert searches.count(MOST) == 1
