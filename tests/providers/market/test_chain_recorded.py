"""What a run read through a chain of sources: recorded with the step down, answered from the log."""

from __future__ import annotations

from datetime import UTC, datetime

from core.events.market import MarketRead
from providers.market.recording import RecordingMarket, quotes_hash
from tests.providers.market.test_chain import BOTH, Link, chain_of, down

AS_OF = datetime(2026, 11, 18, 12, tzinfo=UTC)


class KeptLog:
    """A call log in memory."""

    def __init__(self) -> None:
        self.reads: list[MarketRead] = []

    def recorded(self, call: str, kind: type[MarketRead], request_hash: str) -> MarketRead | None:
        found = [read for read in self.reads if read.request_hash == request_hash]
        return found[-1] if found else None

    def append(self, call: str, event: MarketRead, request_hash: str) -> None:
        self.reads.append(event)


def test_bars_and_quotes_name_the_source_that_answered_and_what_failed_before():
    alpaca, log = Link("alpaca", down()), KeptLog()
    chain, heard = chain_of(alpaca, Link("yfinance"))
    market = RecordingMarket(chain, log)
    market.quotes(BOTH, AS_OF)
    live = market.bars(BOTH, AS_OF, 5)
    told = (str(heard[0]),)
    assert [(read.source, read.stepped_down) for read in log.reads] == [("yfinance", told)] * 2
    assert live.stepped_down == told
    alpaca.broken.clear()
    assert market.bars(BOTH, AS_OF, 5).source == "yfinance"
    assert len(log.reads) == 2


def test_a_plain_source_has_nothing_to_tell():
    log = KeptLog()
    RecordingMarket(Link("files"), log).quotes(BOTH, AS_OF)
    assert log.recorded("market", MarketRead, quotes_hash(BOTH, AS_OF)).stepped_down == ()
