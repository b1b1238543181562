"""Memory follows the log by itself, and never finds what was not known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.desk.notes import add_note, subject_of, withdraw_note
from core.desk.remembering import TELLINGS
from core.errors import WrongModel
from core.memory import Memory
from core.schemas.setups import Collection
from providers.embedding.hashing import HashingEmbedder
from storage.vectors import open_vectors
from tests.fakes.desks import Bench, bench, on, rules_settings

WEEKS = Collection.WEEKS
FIRST, SECOND = "2019-03-06", "2019-03-13"
FUTURE = on("2030-01-02")


def memory_over(store, embedder=None):
    embedder = embedder or HashingEmbedder()
    index = open_vectors(store.engine, embedder.model, embedder.dimensions)
    return Memory(store, embedder, index, TELLINGS)


@pytest.fixture(scope="module")
def made() -> Bench:
    """Three weeks, the first two of them over."""
    made = bench(rules_settings(), at=on(FIRST, "07:00"))
    made.simulate(FIRST, "2019-03-21")
    return made


@pytest.fixture
def memory(made):
    memory = memory_over(made.store)
    memory.reindex()
    return memory


def weeks_found(memory, as_of, k=9):
    return [one.document.label[:15] for one in memory.similar(WEEKS, "SPY uptrend calm", as_of, k)]


def test_a_week_is_remembered_as_it_was_frozen_with_what_came_of_it(made, memory):
    (found,) = [
        one.document
        for one in memory.similar(WEEKS, "SPY uptrend calm", FUTURE, 9)
        if FIRST in one.document.label
    ]
    assert "SPY" in found.text
    assert found.happened_at == on(FIRST, "08:00")
    assert found.known_at > on(SECOND, "09:29")
    report = made.desk.store.read_all(types=["PostmortemWritten"])
    final = next(row for row in report if not row.payload["postmortem"]["provisional"])
    assert found.outcome["return"] == final.payload["postmortem"]["council_return"]
    assert final.event_id in found.event_ids
    types = {made.store.find(key).type for key in found.event_ids}
    assert types == {"MarketSnapshotFrozen", "ChairmanDecided", "PostmortemWritten"}


def test_a_week_is_found_from_its_final_postmortem_on_and_not_an_instant_before(memory):
    (first,) = [
        one.document.known_at
        for one in memory.similar(WEEKS, "SPY", FUTURE, 9)
        if FIRST in one.document.label
    ]
    assert weeks_found(memory, first) == [f"week {FIRST}"]
    assert weeks_found(memory, first - timedelta(microseconds=1)) == []
    assert weeks_found(memory, on(FIRST, "08:00")) == []


def test_what_is_found_does_not_depend_on_who_brought_the_memory_up_to_date(made, memory):
    found = memory.similar(WEEKS, "SPY uptrend calm", FUTURE, 9)
    assert len(found) == 2
    memory_over(made.store)._index.clear()
    assert memory_over(made.store).similar(WEEKS, "SPY uptrend calm", FUTURE, 9) == found


def test_what_comes_later_changes_nothing_that_was_found_before(made):
    """The same weeks lived twice, once a week longer: whatever was asked before has the same answer."""
    shorter = bench(rules_settings(), at=on(FIRST, "07:00"))
    shorter.simulate(FIRST, SECOND)
    then = on(SECOND, "18:00")
    asked = [(text, k) for text in ("SPY uptrend calm", "USO downtrend nervous") for k in (1, 4)]
    short, long = memory_over(shorter.store), memory_over(made.store)
    for text, k in asked:
        found = short.similar(WEEKS, text, then, k)
        assert len(found) == 1
        assert long.similar(WEEKS, text, then, k) == found


def test_taking_in_the_log_a_second_time_changes_nothing(made, memory):
    kept = memory._index.digests(WEEKS)
    assert len(kept) == 2
    assert memory.catch_up() == {}
    assert memory_over(made.store).catch_up() == {}
    assert memory._index.digests(WEEKS) == kept


def test_another_embedder_is_refused_until_all_is_read_again(made, memory):
    other = memory_over(made.store, HashingEmbedder(64))
    assert memory.similar(WEEKS, "SPY", FUTURE, 1)
    narrow = memory_over(made.store, _Renamed())
    with pytest.raises(WrongModel, match=r"of hashing, not of renamed: run `memory reindex`"):
        narrow.similar(WEEKS, "SPY", FUTURE, 1)
    assert narrow.reindex() == {WEEKS: 2}
    assert len(narrow.similar(WEEKS, "SPY", FUTURE, 9)) == 2
    with pytest.raises(WrongModel):
        other.catch_up()


class _Renamed(HashingEmbedder):
    model = "renamed"


def test_a_note_is_remembered_until_its_author_takes_it_back():
    made = bench(rules_settings(), at=on(FIRST, "07:00"))
    memory, at = memory_over(made.store), on(FIRST, "09:00")
    note = add_note(made.store, subject_of("week", FIRST), "The Fed speaks on Friday.", "ann", at)
    (found,) = memory.similar(Collection.CONTEXT, "what does the Fed do", at, 4)
    assert (found.document.text, found.document.known_at) == ("The Fed speaks on Friday.", at)
    assert list(memory.similar(Collection.CONTEXT, "the Fed", at - timedelta(seconds=1), 4)) == []
    withdraw_note(made.store, note.note_id, "ann", at + timedelta(hours=1))
    assert list(memory.similar(Collection.CONTEXT, "the Fed", FUTURE, 4)) == []
    assert memory.reindex() == {}


def test_an_empty_memory_asks_no_model():
    made = bench(rules_settings(), at=on(FIRST, "07:00"))
    assert list(memory_over(made.store, _Silent()).similar(WEEKS, "SPY", FUTURE, 4)) == []


class _Silent(HashingEmbedder):
    def embed(self, texts):
        assert not texts, "nothing is there to compare with"
        return super().embed(texts)
