"""The market as one run saw it: every read is an event, and is answered from there ever after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from core import errors
from core.canonical import fingerprint
from core.errors import MarketError
from core.events.market import MarketRead
from core.market import MarketBars, Quote
from core.ports import MarketData
from core.schemas.market import marked
from providers.call_log import CallLog
from providers.market.chain import ChainMarket
from providers.market.read_codec import decode_bars, encode_bars

CALL = "market"


class RecordingMarket:
    """Asks ``inner`` once per question: an answer on record is not asked for again.

    A question that ended in an error is, when the run resumes: nothing was decided on it, or the
    stage that asked would be done. Every refusal stays in the log.
    """

    def __init__(self, inner: MarketData, log: CallLog) -> None:
        self._inner = inner
        self._log = log

    @property
    def source(self) -> str:
        return self._inner.source

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        mark = bars_hash(symbols, as_of, sessions)

        def ask() -> MarketRead:
            return encode_bars(self._inner.bars(symbols, as_of, sessions), mark)

        return decode_bars(self._read(mark, as_of, ask))

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        mark = quotes_hash(symbols, as_of)

        def ask() -> MarketRead:
            quotes = marked(self._inner.quotes(symbols, as_of))
            source = "+".join(dict.fromkeys(quote.source for quote in quotes)) or self.source
            return MarketRead(
                request_hash=mark,
                as_of=as_of,
                source=source,
                quotes=quotes,
                stepped_down=self._stepped_down(as_of),
            )

        return {price.symbol: price.as_quote() for price in self._read(mark, as_of, ask).quotes}

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        """Not recorded: a stage never asks for a price after its decision."""
        return self._inner.next_price(symbol, after, as_of)

    def _read(self, mark: str, as_of: datetime, ask: Callable[[], MarketRead]) -> MarketRead:
        read = self._log.recorded(CALL, MarketRead, mark)
        if read is None or read.error is not None:
            read = self._ask(mark, as_of, ask)
            self._log.append(CALL, read, mark)
        return answer_or_raise(read)

    def _ask(self, mark: str, as_of: datetime, ask: Callable[[], MarketRead]) -> MarketRead:
        try:
            return ask()
        except MarketError as error:
            return MarketRead(
                request_hash=mark,
                as_of=as_of,
                source=self.source,
                stepped_down=self._stepped_down(as_of),
                error=type(error).__name__,
                message=str(error),
            )

    def _stepped_down(self, as_of: datetime) -> tuple[str, ...]:
        inner = self._inner
        return inner.stepped_down(as_of) if isinstance(inner, ChainMarket) else ()


def answer_or_raise(read: MarketRead) -> MarketRead:
    """The read itself, or the MarketError it recorded."""
    if read.error is None:
        return read
    found = getattr(errors, read.error, MarketError)
    known = isinstance(found, type) and issubclass(found, MarketError)
    raise (found if known else MarketError)(read.message)


def bars_hash(symbols: Sequence[str], as_of: datetime, sessions: int) -> str:
    return fingerprint(["bars", list(symbols), as_of, sessions])


def quotes_hash(symbols: Sequence[str], as_of: datetime) -> str:
    return fingerprint(["quotes", list(symbols), as_of])
