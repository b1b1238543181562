"""A market whose list grows: one is made for all symbols asked for so far, and only when it has to be."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from core.errors import UnknownSymbol
from providers.market.growing import GrowingMarket

AT = datetime(2024, 3, 13, 15, tzinfo=UTC)


class Listed:
    """A market of a fixed list that says what it is asked."""

    def __init__(self, symbols):
        self.symbols = symbols

    def _known(self, symbols):
        for symbol in symbols:
            if symbol not in self.symbols:
                raise UnknownSymbol(f"{symbol} is not listed")
        return (*symbols, self.symbols)

    def bars(self, symbols, _as_of, _sessions):
        return self._known(symbols)

    def quotes(self, symbols, _as_of):
        return self._known(symbols)

    def next_price(self, symbol, _after, _as_of):
        return self._known([symbol])


@pytest.fixture
def made():
    return []


@pytest.fixture
def market(made):
    def make(symbols):
        time.sleep(0.01)  # so that two at once would both begin
        made.append(symbols)
        return Listed(symbols)

    return GrowingMarket("alpaca", make, ["SPY", "GLD"])


def test_nothing_is_made_before_it_is_asked(market, made):
    assert market.source == "alpaca"
    assert made == []


def test_what_is_listed_is_served_by_the_first_list(market, made):
    assert market.quotes(["SPY"], AT)[0] == "SPY"
    assert market.bars(["GLD", "SPY"], AT, 5)[0] == "GLD"
    assert market.next_price("SPY", AT, AT)[0] == "SPY"
    assert made == [("GLD", "SPY")]


def test_a_new_symbol_makes_one_longer_list_with_all_before(market, made):
    market.quotes(["SPY"], AT)
    market.bars(["NVDA"], AT, 5)
    market.next_price("NVDA", AT, AT)
    market.quotes(["GLD", "NVDA"], AT)
    assert made == [("GLD", "SPY"), ("GLD", "NVDA", "SPY")]


def test_of_many_who_ask_at_once_the_first_makes_the_list(market, made):
    together = threading.Barrier(6)

    def ask(_):
        together.wait(10)
        return market.quotes(["NVDA"], AT)[1]

    with ThreadPoolExecutor(6) as people:
        served = set(people.map(ask, range(6)))
    assert served == {("GLD", "NVDA", "SPY")}
    assert made == [("GLD", "NVDA", "SPY")]


def test_a_list_that_cannot_be_made_is_made_at_the_next_question():
    answers = [UnknownSymbol("the listing gave no answer"), Listed(("SPY",))]

    def make(_symbols):
        answer = answers.pop(0)
        if isinstance(answer, UnknownSymbol):
            raise answer
        return answer

    market = GrowingMarket("alpaca", make, ["SPY"])
    with pytest.raises(UnknownSymbol, match="gave no answer"):
        market.quotes(["SPY"], AT)
    assert market.quotes(["SPY"], AT)[0] == "SPY"
