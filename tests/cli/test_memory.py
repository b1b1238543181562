"""`memory search|reindex|status`, and what `doctor` says of it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import copied
from tests.fakes.desks import bench, on, rules_settings

FIRST = "2019-03-06"


@pytest.fixture(scope="module")
def two_weeks(tmp_path_factory):
    file = tmp_path_factory.mktemp("memory") / "weeks.db"
    made = bench(rules_settings(f"sqlite:///{file}"), at=on(FIRST, "07:00"))
    made.simulate(FIRST, "2019-03-14")
    made.store.close()
    return file


@pytest.fixture
def store(two_weeks, tmp_path):
    return copied(two_weeks, tmp_path / "weeks.db")


@pytest.fixture(autouse=True)
def _hashing(monkeypatch):
    monkeypatch.setenv("EMBEDDING_PROVIDER", "hashing")


def memory_check(said):
    return next(check for check in said.json["checks"] if check["name"] == "memory")


def test_a_search_shows_distance_day_and_outcome(council, store):
    said = council(
        "memory", "search", "SPY uptrend calm", "--in", "council_weeks", "--store", store
    )
    assert said.code == 0
    assert f"week {FIRST}:" in " ".join(said.out.split())
    (found,) = council(
        "memory", "search", "SPY", "--in", "council_weeks", "--store", store, "--json"
    ).json
    assert found["document"]["label"].startswith(f"week {FIRST}")
    assert 0 <= found["distance"] <= 2


def test_a_search_as_of_a_day_finds_only_what_was_known(council, store):
    asked = ("memory", "search", "SPY", "--in", "council_weeks", "--store", store, "--as-of")
    assert "nothing like it was known by then" in council(*asked, "2019-03-12").out
    assert FIRST in council(*asked, "2019-03-13").out


def test_status_counts_each_collection_and_names_the_embedder(council, store):
    council("memory", "search", "SPY", "--store", store)
    said = council("memory", "status", "--store", store, "--json").json
    assert (said["embedder"], said["dimensions"]) == ("hashing", 384)
    counts = {one["name"]: one["documents"] for one in said["collections"]}
    assert counts == {
        "trade_setups": 0,
        "market_conditions": 0,
        "symbol_context": 0,
        "council_weeks": 1,
    }
    assert "hashing" in council("memory", "status", "--store", store).out


def test_after_a_change_of_the_embedder_reindex_is_the_way_out(council, store, monkeypatch):
    council("memory", "search", "SPY", "--store", store)
    monkeypatch.setenv("EMBEDDING_DIMENSIONS", "64")
    refused = council("memory", "search", "SPY", "--store", store)
    refused.check_refused("of 384 dimensions, not of 64", "run `memory reindex`", code=1)
    assert memory_check(council("doctor", "--store", store, "--json"))["ok"] is False
    said = council("memory", "reindex", "--store", store)
    assert said.code == 0
    assert "read again with hashing" in said.out
    assert "council_weeks 1" in said.out
    assert memory_check(council("doctor", "--store", store, "--json"))["ok"] is True


def test_doctor_says_that_hashing_compares_words_alone(council, empty):
    check = memory_check(council("doctor", "--store", empty, "--json"))
    assert check["warning"] is True
    assert check["detail"].startswith("hashing compares words alone: pip install")


def test_nonsense_is_refused_in_one_line(council, store):
    asked = ("memory", "search", "SPY", "--store", store)
    council(*asked, "--as-of", "yesterday").check_refused("yesterday", "YYYY-MM-DD")
    council(*asked, "--in", "dreams").check_refused("dreams")
    council("memory", "search", "SPY", "--store", "nowhere.db").check_refused("no store")
