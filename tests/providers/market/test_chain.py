"""A chain of price sources: whole questions, steps down that are told and counted, never play prices."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.errors import BadBars, BadInput, MarketUnavailable, NoBars, UnknownSymbol
from core.events.market import MarketRead
from providers.market.chain import ChainMarket, StepDownNote
from providers.market.read_codec import decode_bars, encode_bars
from providers.market.simulated import SimulatedMarket, SimulatedPeriod
from tests.contract.market_data import CALENDAR, MarketDataContract
from tests.fakes.market import FakeMarket

AS_OF = datetime(2026, 11, 18, 12, tzinfo=UTC)
PRICES = {"SPY": "500", "TLT": "90"}
BOTH = ("SPY", "TLT")


class Link(FakeMarket):
    """A fake of its own name whose errors a test changes while it runs."""

    def __init__(self, source: str, broken=None) -> None:
        super().__init__(PRICES, broken)
        self.source = source
        self.broken = self._broken = dict(broken or {})

    def next_price(self, symbol, after, as_of):
        self._check("next_price", [symbol], as_of)


def down(symbols=BOTH, kind=MarketUnavailable) -> dict:
    return {symbol: kind(f"{symbol} is out of reach") for symbol in symbols}


def chain_of(*links) -> tuple[ChainMarket, list[StepDownNote]]:
    heard: list[StepDownNote] = []
    return ChainMarket(links, heard.append), heard


class TestContract(MarketDataContract):
    """Over generated prices, which a chain of one may hold."""

    @pytest.fixture
    def symbols(self):
        return BOTH

    @pytest.fixture
    def sessions(self):
        return CALENDAR.sessions(date(2026, 1, 2), date(2026, 6, 30))

    def build(self, end: date) -> ChainMarket:
        period = SimulatedPeriod(date(2026, 1, 2), end)
        return ChainMarket([SimulatedMarket(BOTH, 7, period, CALENDAR)], print)

    @pytest.fixture
    def market(self):
        return self.build(date(2026, 6, 30))

    @pytest.fixture
    def altered(self):
        return lambda as_of: self.build(as_of.date())


def test_the_first_link_answers_while_it_can():
    chain, heard = chain_of(Link("alpaca"), Link("yfinance"))
    bars = chain.bars(BOTH, AS_OF, 5)
    assert (chain.source, bars.source, bars.stepped_down, heard) == ("alpaca", "alpaca", (), [])


@pytest.mark.parametrize("kind", [MarketUnavailable, NoBars, UnknownSymbol, BadBars])
def test_one_symbol_missing_moves_the_whole_question_to_the_next_link(kind):
    chain, heard = chain_of(Link("alpaca", down(["TLT"], kind)), Link("yfinance"))
    bars = chain.bars(BOTH, AS_OF, 5)
    assert (bars.source, set(bars.series)) == ("yfinance", set(BOTH))
    assert bars.stepped_down == (f"alpaca: {kind.__name__}: TLT is out of reach",)
    assert [(note.source, note.next_source) for note in heard] == [("alpaca", "yfinance")]


def test_an_instant_stays_with_the_link_that_answered_it():
    alpaca = Link("alpaca", down())
    chain, heard = chain_of(alpaca, Link("yfinance"))
    chain.bars(BOTH, AS_OF, 5)
    alpaca.broken.clear()
    assert {quote.source for quote in chain.quotes(BOTH, AS_OF).values()} == {"yfinance"}
    assert chain.bars(["SPY"], AS_OF, 5).stepped_down
    assert len(heard) == 1
    later = AS_OF + timedelta(hours=1)
    assert chain.bars(BOTH, later, 5).source == "alpaca"
    assert chain.bars(BOTH, later, 5).stepped_down == ()


def test_symbol_by_symbol_no_second_source_is_mixed_in():
    links = Link("alpaca", down(["TLT"], NoBars)), Link("yfinance", down(["SPY"], NoBars))
    chain, _ = chain_of(*links)
    with pytest.raises(NoBars, match=r"alpaca: TLT .*; yfinance: SPY"):
        chain.bars(BOTH, AS_OF, 5)
    assert chain.bars(["SPY"], AS_OF, 5).source == "alpaca"
    with pytest.raises(NoBars, match="TLT"):
        chain.bars(["TLT"], AS_OF, 5)


def test_a_link_that_breaks_between_two_questions_hands_over_and_says_so():
    alpaca = Link("alpaca")
    chain, heard = chain_of(alpaca, Link("yfinance"), Link("files"))
    chain.bars(BOTH, AS_OF, 5)
    alpaca.broken.update(down())
    assert chain.quotes(BOTH, AS_OF)["SPY"].source == "yfinance"
    assert chain.stepped_down(AS_OF) == (str(heard[0]),)


def test_next_price_goes_down_the_chain_too():
    chain, heard = chain_of(Link("alpaca", down()), Link("files"))
    assert chain.next_price("SPY", AS_OF - timedelta(days=1), AS_OF) is None
    assert heard


def test_when_no_link_answers_every_one_is_named_in_one_line():
    chain, _ = chain_of(Link("alpaca", down()), Link("files", down(kind=NoBars)))
    with pytest.raises(MarketUnavailable, match=r"alpaca: SPY .*; files: SPY") as caught:
        chain.quotes(BOTH, AS_OF)
    assert "\n" not in str(caught.value)


def test_generated_prices_never_follow_real_ones():
    for names in (("alpaca", "SIMULATED"), ("SIMULATED", "files"), ()):
        with pytest.raises(BadInput, match="market_data"):
            chain_of(*(Link(name) for name in names))
    assert chain_of(Link("SIMULATED"))[0].source == "SIMULATED"


def test_a_step_down_is_part_of_the_recorded_read():
    chain, _ = chain_of(Link("alpaca", down()), Link("files"))
    read = encode_bars(chain.bars(BOTH, AS_OF, 5), "hash")
    assert read.stepped_down == ("alpaca: MarketUnavailable: SPY is out of reach",)
    assert decode_bars(read).stepped_down == read.stepped_down


def test_a_read_recorded_before_there_were_chains_is_still_read():
    old = MarketRead(request_hash="hash", as_of=AS_OF, source="files").model_dump(mode="json")
    del old["stepped_down"]
    assert MarketRead.model_validate(old).stepped_down == ()
