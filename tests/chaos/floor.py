"""The loopback exchange on the chaos clock: it opens, fills, closes and expires as the calendar says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from core.clock import in_new_york
from core.ports import MarketData, TradingCalendar
from tests.servers.alpaca_exchange import Listing
from tests.servers.alpaca_server import AlpacaServer

MOMENT = timedelta(seconds=1)


class Floor:
    """Orders that wait for the open fill there, later ones at once; each in two parts."""

    def __init__(
        self, server: AlpacaServer, market: MarketData, calendar: TradingCalendar, at: datetime
    ) -> None:
        self._server = server
        self._market = market
        self._calendar = calendar
        self._at = at
        server.exchange.now, server.exchange.parts = at, 2

    def list_assets(self, symbols: Sequence[str]) -> None:
        quotes = self._market.quotes(symbols, self._at)
        prices = {symbol: Listing(symbol, quote.price) for symbol, quote in quotes.items()}
        self._server.exchange.listings = prices

    def move_to(self, instant: datetime) -> None:
        """Everything between the last instant and this one happens, in order."""
        exchange = self._server.exchange
        with self._server.guard:
            for at, opens in self._bells(self._at, instant):
                self._set(at + MOMENT)
                if opens:
                    exchange.is_open = True
                    exchange.fill_open()
                else:
                    exchange.close_market()
            self._set(instant)
        self._at = instant

    def _set(self, instant: datetime) -> None:
        exchange = self._server.exchange
        exchange.now = max(exchange.now, instant)
        for symbol, quote in self._market.quotes(list(exchange.listings), instant).items():
            exchange.listings[symbol].price = quote.price

    def _bells(self, after: datetime, until: datetime) -> Iterator[tuple[datetime, bool]]:
        first, last = _day(after), _day(until)
        for session in self._calendar.sessions(first, last):
            for at, opens in (
                (self._calendar.session_open(session), True),
                (self._calendar.session_close(session), False),
            ):
                if after < at <= until:
                    yield at, opens


def _day(instant: datetime) -> date:
    return in_new_york(instant).date()
