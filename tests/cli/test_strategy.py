"""`strategy`: each switched on and off by its name, its money moved with a reason."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import opened_at, store_heads
from tests.fakes.stored_weeks import open_desk
from tests.fakes.strategies import account_opened


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "desk.db"
    opened = opened_at(path)
    open_desk(opened)
    account_opened(opened)
    opened.close()
    return path


def listed(council, store):
    lines = json.loads(council("strategy", "list", "--store", f"sqlite:///{store}", "--json").out)
    return {line["name"]: line for line in lines}


def test_a_strategy_is_switched_by_its_name_with_a_reason(council, store):
    at = ("--store", f"sqlite:///{store}")
    council("strategy", "enable", "equity_cycle", *at).check_refused("a reason is missing")
    on = council("strategy", "enable", "equity_cycle", "--reason", "a try", *at)
    assert (on.code, on.out) == (0, "equity_cycle is on\n")
    assert (
        "was on already" in council("strategy", "enable", "equity_cycle", "--reason", "x", *at).out
    )
    assert listed(council, store)["equity_cycle"]["word"]["reason"] == "a try"
    council("strategy", "disable", "equity_cycle", "--reason", "enough", *at)
    said = council("strategy", "list", *at).out
    assert "equity_cycle: enough (since" in said
    council("strategy", "enable", "moon", "--reason", "x", *at).check_refused("moon")


def test_capital_is_moved_to_the_cent_and_never_the_councils(council, store):
    at = ("--store", f"sqlite:///{store}", "--reason", "a larger try")
    given = council("strategy", "deposit", "equity_cycle", "2,500.50", *at)
    assert given.out == "acct_7 got $2,500.50: a larger try\n"
    council("strategy", "withdraw", "equity_cycle", "500", *at)
    assert listed(council, store)["equity_cycle"]["capital"] == "102000.50"
    council("strategy", "deposit", "macro_council", "1", *at).check_refused("start equal")
    council("strategy", "deposit", "equity_cycle", "much", *at).check_refused("write USD")
    council("strategy", "withdraw", "equity_cycle", "102000.51", *at).check_refused("in cash")


def test_a_cycle_that_cannot_ask_its_agents_is_one_line_and_leaves_no_trace(council, store):
    before = store_heads(store)
    said = council("cycle", "run", "--symbols", "SPY", "--store", f"sqlite:///{store}")
    said.check_refused("not begun: nothing was paid: anthropic/", "OPENROUTER_API_KEY", code=1)
    assert store_heads(store) == before


def test_one_whose_cycles_could_not_trade_is_not_switched_on(council, store, root):
    for name, old, new in (
        ("risk.yaml", "approval: auto", "approval: manual"),
        ("strategies.yaml", "    broker: simulated", "    broker: desk"),
    ):
        file = root / "config" / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new, 1))
    at = ("--store", f"sqlite:///{store}")
    said = council("strategy", "enable", "equity_cycle", "--reason", "a try", *at)
    said.check_refused("execution.approval is manual", "ask for a dry run")
    assert not listed(council, store)["equity_cycle"]["on"]
    assert listed(council, store)["macro_council"]["broker"] == "desk"
