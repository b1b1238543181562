"""The market answered from the log alone: what runs read, and what slots and marks saw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.errors import NoBars
from core.events.market import MarketRead
from core.market import MarketBars, Quote
from core.schemas.market import MarkedPrice
from providers.call_log import CallLog
from providers.market.read_codec import decode_bars
from providers.market.recording import CALL, answer_or_raise, bars_hash, quotes_hash


class ReplayedRunMarket:
    """A run's own reads; a question it never asked is NoBars."""

    def __init__(self, recorded: CallLog, source: str) -> None:
        self._recorded = recorded
        self.source = source

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        return decode_bars(self._read(bars_hash(symbols, as_of, sessions)))

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        read = self._read(quotes_hash(symbols, as_of))
        return {price.symbol: price.as_quote() for price in read.quotes}

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        raise NoBars(f"a run never reads the price after its decision ({symbol} after {after})")

    def _read(self, mark: str) -> MarketRead:
        read = self._recorded.recorded(CALL, MarketRead, mark)
        if read is None:
            raise NoBars(f"the recorded run never made this market read ({mark[:12]})")
        return answer_or_raise(read)


class ReplayedQuotes:
    """Prices as slots saw them: by the instant they were observed."""

    def __init__(
        self, observed: Iterable[tuple[datetime, Sequence[MarkedPrice]]], source: str
    ) -> None:
        self._at: dict[datetime, dict[str, Quote]] = {}
        for at, prices in observed:
            self._at.setdefault(at, {}).update({p.symbol: p.as_quote() for p in prices})
        self.source = source

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        raise NoBars("slots never read bars: only a run's snapshot does")

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        seen = self._at.get(as_of, {})
        missing = [symbol for symbol in symbols if symbol not in seen]
        if missing:
            raise NoBars(f"no price of {', '.join(missing)} was observed at {as_of}")
        return {symbol: seen[symbol] for symbol in symbols}

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        """Only what was recorded at the instant it became known: a mark's opens, never a fill."""
        seen = ((at, prices[symbol]) for at, prices in self._at.items() if symbol in prices)
        known = (one for at, one in seen if after < at == one.known_at <= as_of)
        return min(known, key=lambda quote: quote.known_at, default=None)
