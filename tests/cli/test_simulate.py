"""`simulate`: a range of past weeks in a store of its own, resumed when asked again."""

from __future__ import annotations

from tests.cli.conftest import store_heads

RANGE = ("--start", "2024-03-13", "--end", "2024-03-20")


def test_it_says_what_it_did_and_shows_no_bar_where_there_is_no_terminal(council, empty):
    said = council("simulate", *RANGE, "--store", empty)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("2 weeks, ")
    assert "0 failed" in said.out


def test_asked_again_it_changes_nothing_and_a_longer_range_goes_on(council, tmp_path):
    parts, whole = tmp_path / "parts.db", tmp_path / "whole.db"
    for store, ends in ((parts, ["2024-03-14", "2024-03-20"]), (whole, ["2024-03-20"])):
        for end in ends:
            words = ("simulate", *RANGE[:2], "--end", end, "--store", store, "--json")
            assert council(*words).json["failed"] == 0
    before = store_heads(parts)
    assert before == store_heads(whole)
    assert council("simulate", *RANGE, "--store", parts).code == 0
    assert store_heads(parts) == before


def test_another_seed_is_another_history(council, tmp_path):
    for seed in (7, 8):
        words = (*RANGE, "--seed", seed, "--store", tmp_path / f"{seed}.db")
        assert council("simulate", *words).code == 0
    assert store_heads(tmp_path / "7.db") != store_heads(tmp_path / "8.db")


def test_the_default_store_is_named_after_the_range(council, root):
    assert council("simulate", *RANGE).code == 0
    assert (root / "runs" / "simulation-2024-03-13-2024-03-20-7.db").exists()


def test_a_real_desk_is_refused(council, empty):
    assert council("run_weekly", "--week", "2024-03-13", "--store", empty).code == 0
    before = store_heads(empty)
    council("simulate", *RANGE, "--store", empty).check_refused("holds a REAL desk", "--store URL")
    assert store_heads(empty) == before


def test_a_range_that_ends_before_it_starts(council, empty):
    words = ("simulate", "--start", "2024-03-20", "--end", "2024-03-13", "--store", empty)
    council(*words).check_refused("lies before --start", "swap them")
    assert not empty.exists()


def test_a_range_into_the_future(council, empty):
    words = ("simulate", "--start", "2024-03-20", "--end", "2099-03-13", "--store", empty)
    council(*words).check_refused("2099-03-13 is in the future")
    assert not empty.exists()


def test_a_range_without_a_session(council, empty):
    words = ("simulate", "--start", "2024-03-16", "--end", "2024-03-17", "--store", empty)
    council(*words).check_refused("no session between 2024-03-16 and 2024-03-17")
    assert store_heads(empty) == {}
