"""What a round is told of companies: asked for few, said whose it is, and unknown where nobody told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import pytest

from core.desk.watching import Saying, include
from core.discovery.companies import MOST_COMPANIES
from core.discovery.facts import SymbolFacts
from core.discovery.ports import Companies
from core.events.discovery import SymbolsSuggested
from core.schemas.suggestion import Picker
from core.strategy import EQUITY
from core.types import StoreKind
from tests.core.desk.test_discovering import AT, DAYS, Whole, discovery, market, one, run
from tests.core.discovery.markets import series, wave
from tests.fakes.desks import Bench, bench, rules_settings


@dataclass
class Told:
    """The `CompanySource` that knows ``known``, and ``kept`` sectors of before."""

    known: Mapping[str, SymbolFacts] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    silence: str = ""
    source: str = "yfinance"
    asked: list[tuple[tuple[str, ...], datetime]] = field(default_factory=list)

    def companies(self, symbols: Sequence[str], as_of: datetime) -> Companies:
        self.asked.append((tuple(symbols), as_of))
        return Companies({s: self.known[s] for s in symbols if s in self.known}, self.silence)

    def sectors(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, str]:
        return {s: self.kept[s] for s in symbols if s in self.kept}


@pytest.fixture
def desk() -> Bench:
    return bench(rules_settings(), at=AT, kind=StoreKind.DEMO)


def picks(desk: Bench) -> dict[str, dict[Picker, object]]:
    found = one(desk, SymbolsSuggested).suggestions
    return {each.symbol: {pick.picker: pick for pick in each.picks} for each in found}


def test_sectors_come_from_the_file_first_then_from_what_was_told_and_all_is_said(desk):
    known = {"SA": SymbolFacts(sector="Energy"), "SC": SymbolFacts(sector="Energy")}
    told = Told(known, kept={"SD": "Utilities"})
    ran = run(desk, discovery(desk, companies=told, held=lambda _: {"SC": 0.3}))
    assert ran.sectors == {"file": 1, "unknown": 8, "yfinance": 2}
    assert (ran.facts_source, ran.sectors_day) == ("yfinance", date(2020, 1, 1))
    sector = {
        symbol: each[Picker.FUZZY].parts.get("sector") for symbol, each in picks(desk).items()
    }
    assert sector["SC"] == 0.0, "its own sector is full"
    assert sector["SA"] == 1.0, "the file says Technology, whatever Yahoo says"
    assert sector["SD"] == 1.0


def test_held_and_watched_symbols_are_asked_first_and_no_more_than_a_few(desk):
    names = [f"T{n:03}" for n in range(150)]
    held = {name: series(name, DAYS, wave(len(DAYS), 50 + n)) for n, name in enumerate(names)}
    whole = Whole({**held, "SPY": series("SPY", DAYS, wave(len(DAYS), 600))})
    include(desk.store, EQUITY, Saying("T007", "watch it", "Ada", AT), 20)
    told = Told()
    run(desk, discovery(desk, whole, companies=told, held=lambda _: {"T003": 0.1}))
    ((asked, at),) = told.asked
    assert at == AT
    assert asked[:2] == ("T003", "T007")
    assert len(asked) == len(set(asked)) == MOST_COMPANIES
    assert "SPY" not in asked


def test_a_company_too_small_is_refused_by_the_filters(desk):
    told = Told({"SA": SymbolFacts(market_cap=1e8), "SB": SymbolFacts(market_cap=1e12)})
    run(desk, discovery(desk, companies=told))
    metric = {symbol: each[Picker.METRIC] for symbol, each in picks(desk).items()}
    assert metric["SA"].picked is False
    assert any("market cap" in reason for reason in metric["SA"].reasons)
    assert metric["SB"].picked is True
    assert not any("market cap" in words for words in metric["SB"].unknown)
    assert any("market cap: nobody knows" in words for words in metric["SC"].unknown)


def test_what_nobody_told_is_unknown_and_said_with_the_reason(desk):
    told = Told({"SA": SymbolFacts(beta=1.0)}, silence="Yahoo refuses more questions")
    ran = run(desk, discovery(desk, companies=told))
    (note,) = [note for note in ran.notes if note.startswith("yfinance: nothing known of")]
    asked = len(told.asked[0][0])
    assert f"nothing known of {asked - 1} of {asked} companies" in note
    assert "(Yahoo refuses more questions)" in note


def test_spreads_of_another_source_stand_beside_them(desk):
    class Spreads:
        source = "quotes"

        def facts(self, symbols, as_of):
            return {symbol: SymbolFacts(spread=0.5) for symbol in symbols if symbol == "SA"}

    told = Told({"SA": SymbolFacts(market_cap=1e12)})
    ran = run(desk, discovery(desk, companies=told, facts=Spreads()))
    assert ran.facts_source == "yfinance + quotes"
    reasons = " ".join(picks(desk)["SA"][Picker.METRIC].reasons)
    assert "spread 50" in reasons
    assert "market cap" not in reasons, "it is known, and large enough"


def test_without_anybody_to_ask_sectors_are_the_files(desk):
    ran = run(desk, discovery(desk, market()))
    assert ran.sectors == {"file": 1, "unknown": 10}
    assert ran.facts_source == "none"
