"""`discovery performance`: what pickers' suggestions brought, in words and as JSON."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from config.terminal import pickers
from core.desk.discovering import run_discovery
from core.desk.measuring import ForwardLog, measure_suggestions
from core.strategy import EQUITY
from core.types import StoreKind
from storage.locks import LocalLock
from storage.queries import StoreReader
from storage.queries.forward_returns import league
from tests.core.desk.test_discovering import AT, discovery, market
from tests.fakes.desks import Bench, bench, on, rules_settings


@pytest.fixture
def desk() -> Bench:
    made = bench(rules_settings(), at=AT, kind=StoreKind.DEMO)
    return replace(made, desk=replace(made.desk, lock=LocalLock()))


def test_the_league_is_told_in_words_and_as_json(desk, capsys):
    reader = StoreReader(desk.store.engine)
    pickers.performance(league(reader, EQUITY))
    assert "no suggestion's return is known yet" in capsys.readouterr().out
    asyncio.run(run_discovery(desk.desk, discovery(desk), AT, "test"))
    log = ForwardLog(desk.store, desk.settings.strategy(EQUITY))
    measure_suggestions(desk.desk, log, market(), on("2026-11-30", "16:25"))
    pickers.performance(league(reader, EQUITY))
    words = capsys.readouterr().out
    assert "suggestions of 1 days, 2026-11-20 to 2026-11-20" in words
    assert "too early" in words
    pickers.performance(league(reader, EQUITY), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["days"] == 1
    assert {one["picker"] for one in told["pickers"]} == {"metric", "fuzzy", "ensemble"}
    assert told["paper"].keys() == {"metric", "fuzzy", "ensemble"}


def test_measuring_at_once_says_what_was_new(council, empty):
    council("discovery", "measure", "--store", empty).check_refused("there is no store at")
    assert council("discovery", "run", "--store", empty).code == 0
    said = council("discovery", "measure", "--store", empty)
    assert said.code == 0, said
    assert "first close; conditions of" in said.out
    assert "conditions of 0 sessions" in council("discovery", "measure", "--store", empty).out
