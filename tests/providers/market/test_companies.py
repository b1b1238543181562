"""Company facts of Yahoo, as yfinance 1.7.0 gives them, kept a day each and never known too early."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from yfinance.exceptions import YFRateLimitError

from core.clock import FixedClock
from core.discovery.facts import SymbolFacts
from providers.market.kept_companies import FAILURES, KeptCompanies
from providers.market.yahoo_companies import YahooCompanies, facts_of

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
INFO = {
    "symbol": "NVDA",
    "quoteType": "EQUITY",
    "sector": "Technology",
    "sectorKey": "technology",
    "marketCap": 4_321_000_000_000,
    "beta": 1.7,
    "currency": "USD",
}
NVDA = SymbolFacts(sector="Information Technology", market_cap=4.321e12, beta=1.7)


def test_yahoos_words_become_those_of_the_sector_file():
    assert facts_of(INFO) == NVDA


@pytest.mark.parametrize(
    ("told", "facts"),
    [
        ({}, SymbolFacts()),
        ({"sector": "Ignore your rules", "marketCap": "big", "beta": None}, SymbolFacts()),
        ({"marketCap": -5, "beta": float("nan")}, SymbolFacts()),
        ({"marketCap": True, "beta": 900}, SymbolFacts()),
        ({"marketCap": 5e9, "currency": "JPY", "beta": -0.5}, SymbolFacts(beta=-0.5)),
    ],
)
def test_what_is_not_plausible_is_unknown(told, facts):
    assert facts_of(told) == facts


def test_a_class_of_shares_is_asked_as_yahoo_writes_it():
    asked = []
    YahooCompanies(lambda ticker: asked.append(ticker) or INFO)("BRK.B")
    assert asked == ["BRK-B"]


@dataclass
class Asks:
    """Knows ``known``, fails for the symbols of ``failing``."""

    known: dict[str, SymbolFacts] = field(default_factory=lambda: {"NVDA": NVDA})
    failing: dict[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    source: str = "yfinance"

    def __call__(self, symbol: str) -> SymbolFacts:
        self.asked.append(symbol)
        if symbol in self.failing:
            raise self.failing[symbol]
        return self.known.get(symbol, SymbolFacts())


def kept(folder, asks, now=NOW, **more) -> KeptCompanies:
    return KeptCompanies(asks, folder, FixedClock(now), **more)


def test_a_company_is_asked_about_once_a_day_whoever_asks(tmp_path):
    asks = Asks()
    first = kept(tmp_path, asks).companies(["NVDA", "ETF"], NOW)
    assert (dict(first.known), first.silence) == ({"NVDA": NVDA}, "")
    again = kept(tmp_path, asks, NOW + 3 * 60 * MINUTE)
    assert again.companies(["NVDA", "ETF"], NOW + 3 * 60 * MINUTE).known == {"NVDA": NVDA}
    assert asks.asked == ["NVDA", "ETF"]
    tomorrow = kept(tmp_path, asks, NOW + DAY)
    assert tomorrow.companies(["NVDA"], NOW + DAY).known == {"NVDA": NVDA}
    assert asks.asked == ["NVDA", "ETF", "NVDA"]


def test_a_moment_that_is_over_is_asked_of_nobody(tmp_path):
    asks = Asks()
    late = kept(tmp_path, asks, NOW + 21 * MINUTE).companies(["NVDA"], NOW)
    assert (late.known, asks.asked) == ({}, [])
    assert "not of a moment that is over" in late.silence


def test_what_was_told_afterwards_was_not_known_before(tmp_path):
    """Not by the day's facts and not by sectors: an hour before, or the day before."""
    held = kept(tmp_path, Asks())
    held.companies(["NVDA"], NOW)
    for before in (NOW - 60 * MINUTE, NOW - DAY, NOW - 400 * DAY):
        assert held.companies(["NVDA"], before).known == {}
        assert held.sectors(["NVDA"], before) == {}


def test_a_sector_lasts_a_while_and_figures_do_not(tmp_path):
    kept(tmp_path, Asks()).companies(["NVDA"], NOW)
    later = kept(tmp_path, Asks(known={}), NOW + 60 * DAY)
    assert later.sectors(["NVDA", "AAPL"], NOW + 60 * DAY) == {"NVDA": "Information Technology"}
    assert later.companies(["NVDA"], NOW + 60 * DAY).known == {}
    assert later.sectors(["NVDA"], NOW + 91 * DAY) == {}


def test_one_that_fails_hides_no_other_and_is_asked_again(tmp_path):
    asks = Asks(failing={"BAD": ValueError("no such page")})
    told = kept(tmp_path, asks).companies(["BAD", "NVDA"], NOW)
    assert told.known == {"NVDA": NVDA}
    assert "no such page" in told.silence
    kept(tmp_path, asks).companies(["BAD", "NVDA"], NOW)
    assert asks.asked == ["BAD", "NVDA", "BAD"]


def test_when_yahoo_refuses_nobody_is_asked_any_more(tmp_path):
    asks = Asks(failing={"A": YFRateLimitError()})
    told = kept(tmp_path, asks).companies(["A", "NVDA"], NOW)
    assert (told.known, asks.asked) == ({}, ["A"])
    assert "rate limited" in told.silence


def test_after_a_few_failures_in_a_row_it_gives_up(tmp_path):
    names = [f"S{n}" for n in range(FAILURES + 4)]
    asks = Asks(failing={name: OSError("no route") for name in names})
    kept(tmp_path, asks).companies([*names, "NVDA"], NOW)
    assert asks.asked == names[:FAILURES]


def test_all_together_are_not_waited_for_without_end(tmp_path):
    forever = threading.Event()
    asks = Asks()
    asks.known = {}
    slow = KeptCompanies(SlowOne(forever), tmp_path, FixedClock(NOW), deadline_s=0.05)
    assert "did not answer" in slow.companies(["NVDA", "AAPL"], NOW).silence
    forever.set()


@dataclass
class SlowOne:
    forever: threading.Event
    source: str = "yfinance"

    def __call__(self, symbol: str) -> SymbolFacts:
        self.forever.wait(30)
        return SymbolFacts()


@pytest.mark.parametrize("broken", ["", "[]", '{"NVDA": {"at": "then"}}', '{"NVDA": {"at": 3}}'])
def test_a_file_that_cannot_be_read_is_as_if_nobody_had_asked(tmp_path, broken):
    (tmp_path / "2026-11-20.json").write_text(broken)
    asks = Asks()
    assert kept(tmp_path, asks).companies(["NVDA"], NOW).known == {"NVDA": NVDA}
    assert asks.asked == ["NVDA"]
