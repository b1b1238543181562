"""Prices of Alpaca: settled daily bars, and the newest trade while a session runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from core.clock import Clock, as_utc
from core.errors import MarketError, NoBars
from core.market import MarketBars, Quote
from core.ports import TradingCalendar
from providers.alpaca.api import MarketApi
from providers.market.alpaca_bars import AlpacaDailyBars
from providers.market.alpaca_live import AlpacaTrades
from providers.market.daily_service import Service
from providers.market.failing import SharedFailure
from providers.market.fetched import FetchedMarket

DELAYS = {"sip": timedelta(minutes=15)}
"""How old the data of a feed must be before everybody may see it."""
LIVE = timedelta(minutes=20)
"""As of longer ago than this, only settled prices answer."""
QUIET = timedelta(minutes=15)
"""So long after the open a symbol may not have traded yet: its last close still stands."""


def daily_service(api: MarketApi, feed: str) -> Service:
    """Alpaca's daily bars on a tape."""
    return Service("alpaca", AlpacaDailyBars(api, feed), DELAYS.get(feed, timedelta(seconds=0)))


class AlpacaMarket:
    """The MarketData port over Alpaca, point in time whatever the server sends.

    Bars are whole sessions, adjusted for splits and dividends, on the tape ``feed``. A quote is the
    open or the close of the daily bars; in the minutes around now it is the newest trade of the
    regular session on ``live_feed``, with the time of that trade. A trade before the session's open,
    or after its close, is no price: the last close stands. A symbol that has not traded a quarter of
    an hour into the session is NoBars, never yesterday's price passed off as today's.
    """

    source = "alpaca"

    def __init__(  # noqa: PLR0913 - two tapes; the others are what every market needs
        self,
        api: MarketApi,
        calendar: TradingCalendar,
        clock: Clock,
        symbols: Sequence[str],
        *,
        feed: str = "sip",
        live_feed: str = "iex",
    ) -> None:
        self._daily = FetchedMarket(daily_service(api, feed), symbols, calendar, clock)
        self._trades = AlpacaTrades(api, live_feed)
        self._symbols = tuple(dict.fromkeys(symbols))
        self._calendar, self._clock = calendar, clock
        self._seen: tuple[datetime, dict[str, Quote | MarketError]] | None = None
        self._failing = SharedFailure(clock)
        self._guard = threading.Lock()

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        return self._daily.bars(symbols, as_of, sessions)

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        moment = as_utc(as_of)
        self._daily.refuse_unknown(symbols)
        known = self._daily.known(min(moment, self._clock.now()))
        running = known.opened != known.closed
        if not self._live(moment) or (not running and self._daily.settled(moment) == known):
            return self._daily.quotes(symbols, moment)
        trades = self._newest_trades(known.opened, moment)
        quiet = [symbol for symbol in symbols if symbol not in trades]
        settled = self._daily.settled_quotes(quiet, moment) if quiet else {}
        return {
            symbol: self._traded(trades[symbol])
            if symbol in trades
            else self._of_today(settled[symbol], known.opened, moment)
            for symbol in symbols
        }

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        """On the daily bars: None, too, until Alpaca gives the open or close away (sip: 15 minutes)."""
        return self._daily.next_price(symbol, after, as_of)

    def _live(self, moment: datetime) -> bool:
        return self._clock.now() - moment <= LIVE

    def _newest_trades(self, session: date, moment: datetime) -> dict[str, Quote | MarketError]:
        """Trades of the whole universe, asked for once an instant."""
        with self._guard:
            if self._seen is None or self._seen[0] != moment:
                opened = self._calendar.session_open(session)
                until = min(moment, self._calendar.session_close(session))
                found = self._failing.ask(
                    partial(self._trades.newest, self._symbols, session, opened, until)
                )
                self._seen = (moment, found)
            return self._seen[1]

    def _traded(self, found: Quote | MarketError) -> Quote:
        if isinstance(found, MarketError):
            raise found
        return found

    def _of_today(self, quote: Quote, session: date, moment: datetime) -> Quote:
        """A settled price where nothing has traded; NoBars for an old one once the session runs."""
        if quote.session >= session or moment - self._calendar.session_open(session) <= QUIET:
            return quote
        raise NoBars(
            f"{quote.symbol} has not traded on {session} by {moment:%H:%M}Z in alpaca prices "
            f"(its last is of {quote.session}): ask again later"
        )
