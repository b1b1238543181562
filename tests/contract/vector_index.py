"""What every VectorIndex must do: subclass it and give an `open_index` fixture (model, dimensions)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import WrongDimension, WrongModel
from core.schemas.setups import Collection, Remembered

START = datetime(2020, 1, 2, 21, tzinfo=UTC)
SETUPS, WEEKS = Collection.SETUPS, Collection.WEEKS
SIZE = 8
DIMENSIONS = 32


def remembered(name, day=0, collection=SETUPS, **more):
    known = START + timedelta(days=day)
    fields = {"happened_at": known - timedelta(days=5), "known_at": known, "text": f"setup {name}"}
    return Remembered(document_id=name, collection=collection, **{**fields, **more})


def unit(*components):
    vector = np.zeros(SIZE, np.float32)
    vector[: len(components)] = components
    return vector / np.linalg.norm(vector)


def at(day):
    return START + timedelta(days=day)


def random_units(count, dimensions=DIMENSIONS, seed=1):
    vectors = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def names(found):
    return [one.document.document_id for one in found]


@pytest.fixture
def index(open_index):
    return open_index("minilm-int8", SIZE)


class VectorIndexContract:
    def test_an_empty_index_finds_nothing(self, index):
        assert list(index.search(SETUPS, unit(1), at(9), 4)) == []
        assert index.count(SETUPS) == 0

    def test_a_document_comes_back_as_it_was_put_in_with_its_distance(self, index):
        kept = remembered(
            "a", symbol="NVDA", label="stopped out", outcome={"return": -0.031}, event_ids=("e1",)
        )
        index.add([kept], np.stack([unit(1)]))
        (found,) = index.search(SETUPS, unit(3, 4), at(9), 4)
        assert found.document == kept
        assert found.distance == pytest.approx(1 - 0.6, abs=1e-6)

    def test_the_nearest_come_first_and_no_more_than_asked_for(self, index):
        vectors = np.stack([unit(1, 3), unit(1, 1), unit(1), unit(-1)])
        index.add([remembered(name) for name in "abcd"], vectors)
        assert names(index.search(SETUPS, unit(1), at(0), 3)) == ["c", "b", "a"]
        assert names(index.search(SETUPS, unit(1), at(0), 9)) == ["c", "b", "a", "d"]
        assert index.search(SETUPS, unit(1), at(0), 9)[-1].distance == 2
        assert names(index.search(SETUPS, unit(1), at(0), 0)) == []

    def test_the_equally_near_come_in_the_order_of_their_ids(self, index):
        index.add([remembered(name) for name in "dbca"], np.stack([unit(1, 1)] * 4))
        assert names(index.search(SETUPS, unit(1), at(0), 3)) == ["a", "b", "c"]

    def test_what_became_known_later_is_not_found_and_the_same_instant_is(self, index):
        documents = [remembered("old", 0), remembered("new", 2)]
        index.add(documents, np.stack([unit(1, 1), unit(1)]))
        assert names(index.search(SETUPS, unit(1), at(2) - timedelta(microseconds=1), 4)) == ["old"]
        assert names(index.search(SETUPS, unit(1), at(2), 4)) == ["new", "old"]
        assert names(index.search(SETUPS, unit(1), at(-1), 4)) == []

    def test_an_instant_in_another_zone_is_the_same_instant(self, index):
        index.add([remembered("a", 2)], np.stack([unit(1)]))
        there = datetime.fromisoformat("2020-01-05T06:00:00+09:00")
        assert there == at(2)
        assert names(index.search(SETUPS, unit(1), there, 4)) == ["a"]

    def test_collections_do_not_see_each_other(self, index):
        index.add(
            [remembered("a"), remembered("b", collection=WEEKS)], np.stack([unit(1), unit(1)])
        )
        assert names(index.search(WEEKS, unit(1), at(0), 4)) == ["b"]
        assert (index.count(SETUPS), index.count(WEEKS)) == (1, 1)

    def test_a_document_put_in_again_takes_its_own_place(self, index):
        index.add([remembered("a"), remembered("b")], np.stack([unit(1), unit(0, 1)]))
        assert names(index.search(SETUPS, unit(1), at(9), 1)) == ["a"]
        index.add([remembered("a", 3, text="another text")], np.stack([unit(0, -1)]))
        (first, second) = index.search(SETUPS, unit(0, 1), at(3), 4)
        assert (first.document.document_id, second.document.text) == ("b", "another text")
        assert names(index.search(SETUPS, unit(1), at(2), 4)) == ["b"]
        assert index.count(SETUPS) == 2

    def test_what_is_added_after_a_search_is_found_by_the_next(self, index):
        for number in range(5):
            index.add([remembered(f"d{number}", number)], np.stack([unit(1, number)]))
            assert len(index.search(SETUPS, unit(1), at(9), 9)) == number + 1

    def test_an_index_opened_a_second_time_finds_what_the_first_keeps(self, open_index):
        first, second = open_index("m", SIZE), open_index("m", SIZE)
        first.add([remembered("a")], np.stack([unit(1)]))
        assert names(second.search(SETUPS, unit(1), at(0), 4)) == ["a"]
        second.add([remembered("b")], np.stack([unit(1, 0.1)]))
        assert names(first.search(SETUPS, unit(1), at(0), 4)) == ["a", "b"]

    def test_what_was_taken_away_is_not_found_any_more(self, open_index):
        index, other = open_index("m", SIZE), open_index("m", SIZE)
        index.add([remembered(name) for name in "abc"], np.stack([unit(1)] * 3))
        assert len(other.search(SETUPS, unit(1), at(0), 9)) == 3
        index.remove(SETUPS, ["b"])
        assert names(other.search(SETUPS, unit(1), at(0), 9)) == ["a", "c"]
        index.empty(SETUPS)
        assert names(other.search(SETUPS, unit(1), at(0), 9)) == []
        index.add([remembered("z")], np.stack([unit(1)]))
        assert names(other.search(SETUPS, unit(1), at(0), 9)) == ["z"]

    def test_vectors_of_another_model_are_refused_until_the_collection_is_emptied(self, open_index):
        open_index("minilm-int8", SIZE).add([remembered("a")], np.stack([unit(1)]))
        other = open_index("hashing", SIZE)
        words = r"trade_setups holds vectors of minilm-int8, not of hashing: run `memory reindex`"
        with pytest.raises(WrongModel, match=words):
            other.add([remembered("b")], np.stack([unit(1)]))
        with pytest.raises(WrongModel, match=words):
            other.search(SETUPS, unit(1), at(0), 4)
        other.empty(SETUPS)
        other.add([remembered("b")], np.stack([unit(1)]))
        assert names(other.search(SETUPS, unit(1), at(0), 4)) == ["b"]

    def test_vectors_of_another_length_are_refused(self, open_index):
        index = open_index("m", SIZE)
        with pytest.raises(WrongDimension, match=r"shape \(1, 4\).*keeps 8 dimensions"):
            index.add([remembered("a")], np.ones((1, 4), np.float32))
        with pytest.raises(WrongDimension, match=r"shape \(2, 8\)"):
            index.add([remembered("a")], np.stack([unit(1)] * 2))
        index.add([remembered("a")], np.stack([unit(1)]))
        with pytest.raises(WrongDimension, match=r"shape \(4,\).*8 dimensions"):
            index.search(SETUPS, np.ones(4, np.float32), at(0), 4)
        with pytest.raises(
            WrongDimension, match=r"of 8 dimensions, not of 4: run `memory reindex`"
        ):
            open_index("m", 4).search(SETUPS, np.ones(4, np.float32), at(0), 4)

    def test_adding_the_same_again_changes_nothing_found(self, index):
        for _ in range(2):
            index.add([remembered(name) for name in "ab"], np.stack([unit(1), unit(1, 1)]))
        assert names(index.search(SETUPS, unit(1), at(0), 4)) == ["a", "b"]
        assert set(index.digests(SETUPS)) == {"a", "b"}

    def test_it_finds_nearly_all_that_an_exhaustive_search_finds(self, open_index):
        index, vectors = open_index("m", DIMENSIONS), random_units(1_500)
        documents = [remembered(f"{n:04}", n % 300) for n in range(1_500)]
        index.add(documents, vectors)
        hits, asked = (
            0,
            [
                (question, day)
                for question, day in zip(random_units(40, seed=2), [40, 299] * 20, strict=True)
            ],
        )
        for question, day in asked:
            known = [n for n in range(1_500) if n % 300 <= day]
            nearest = sorted(known, key=lambda n: -float(vectors[n] @ question))[:10]
            found = index.search(SETUPS, question, at(day), 10)
            assert all(one.document.known_at <= at(day) for one in found)
            hits += len({f"{n:04}" for n in nearest} & set(names(found)))
        assert hits / (10 * len(asked)) >= 0.95

    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_nothing_is_ever_found_before_its_outcome_was_known(self, index, data):
        index.empty(SETUPS)
        days = data.draw(st.lists(st.integers(0, 20), min_size=1, max_size=30))
        vectors = random_units(len(days), SIZE, data.draw(st.integers(0, 99)))
        index.add([remembered(f"{n:02}", day) for n, day in enumerate(days)], vectors)
        asked = at(data.draw(st.integers(-1, 21)))
        k = data.draw(st.integers(1, 40))
        found = index.search(SETUPS, vectors[0], asked, k)
        known = [day for day in days if at(day) <= asked]
        assert len(found) == min(k, len(known))
        assert all(one.document.known_at <= asked for one in found)
        # The future is not asked about at all: without it the answer is the same.
        index.remove(SETUPS, [f"{n:02}" for n, day in enumerate(days) if at(day) > asked])
        assert index.search(SETUPS, vectors[0], asked, k) == found
