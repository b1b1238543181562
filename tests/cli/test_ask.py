"""`ask`: an answer with its events, as words and as JSON, from a store that is there."""

from __future__ import annotations

import pytest

from tests.cli.conftest import copied
from tests.fakes.desks import bench, on, rules_settings

FIRST = "2019-03-06"


@pytest.fixture(scope="module")
def one_week(tmp_path_factory):
    file = tmp_path_factory.mktemp("ask") / "week.db"
    made = bench(rules_settings(f"sqlite:///{file}"), at=on(FIRST, "07:00"))
    made.simulate(FIRST, "2019-03-08")
    made.store.close()
    return file


@pytest.fixture
def store(one_week, tmp_path):
    return copied(one_week, tmp_path / "week.db")


def test_an_answer_names_its_events(council, store):
    said = council("ask", "which orders were filled in March?", "--store", store)
    assert said.code == 0
    assert "answered by rules/search" in said.out
    assert "OrderFilled" in said.out
    found = council("ask", "which orders were filled in March?", "--store", store, "--json").json
    assert found["by"] == "rules/search"
    assert {one["type"] for one in found["cites"]} >= {"OrderIntended", "OrderFilled"}
    assert all(one["event_id"] in said.out for one in found["cites"])


def test_nothing_found_is_said_and_no_store_is_made(council, store, tmp_path):
    said = council("ask", "why did we sell NVDA in March?", "--store", store)
    assert "The log holds nothing about NVDA, SELL, 2019-03-01 to 2019-03-31." in said.out
    nowhere = council("ask", "why?", "--store", f"sqlite:///{tmp_path / 'none.db'}")
    assert nowhere.code != 0
    assert "there is no store" in nowhere.err
    assert not (tmp_path / "none.db").exists()
