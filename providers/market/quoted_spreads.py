"""Spreads from Alpaca's newest quotes: known of the present alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from core.clock import Clock, as_utc
from core.discovery.facts import SymbolFacts
from core.errors import BadBars
from providers.alpaca.api import Json, MarketApi
from providers.market.alpaca_bars import instant_of

AT_ONCE = 100
OLDEST = timedelta(minutes=20)
FEED = "iex"
"""Quotes of the last 15 minutes are free on this tape alone; its spread is at least the market's."""


class QuotedSpreads:
    """`FactsSource`: (ask − bid) / mid of two-sided quotes younger than 20 minutes at ``as_of``.

    An instant that is over has no quotes any more: everything is unknown then, as is a symbol whose
    quote is one-sided, crossed or old.
    """

    def __init__(self, api: MarketApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    @property
    def source(self) -> str:
        return f"alpaca/{FEED} quotes"

    def facts(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, SymbolFacts]:
        moment = as_utc(as_of)
        if self._clock.now() - moment > OLDEST:
            return {}
        return dict(self._known(symbols, moment))

    def _known(self, symbols: Sequence[str], moment: datetime) -> Iterator[tuple[str, SymbolFacts]]:
        for first in range(0, len(symbols), AT_ONCE):
            told = self._api.latest_quotes(symbols[first : first + AT_ONCE], FEED)
            for symbol, row in told.items():
                spread = _spread(symbol, row, moment)
                if spread is not None:
                    yield symbol, SymbolFacts(spread=spread)


def _spread(symbol: str, row: Json, moment: datetime) -> float | None:
    bid, ask = row.get("bp"), row.get("ap")
    if not isinstance(bid, int | float) or not isinstance(ask, int | float):
        return None
    try:
        at = instant_of(row, symbol)
    except BadBars:
        return None
    if not 0 < bid <= ask or abs(moment - at) > OLDEST:
        return None
    return (ask - bid) / ((ask + bid) / 2)
