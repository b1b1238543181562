"""What Alpaca trades at right now: the newest trade of the regular session, with its own time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from core.clock import iso
from core.errors import BadBars, MarketError
from core.market import PriceKind, Quote
from core.types import to_price
from providers.alpaca.api import Json, MarketApi
from providers.market.alpaca_bars import instant_of

MINUTE = timedelta(minutes=1)


class AlpacaTrades:
    """Newest trades of one session; ``feed`` is iex where the account may not see sip in real time."""

    def __init__(self, api: MarketApi, feed: str) -> None:
        self._api = api
        self._feed = feed

    def newest(
        self, symbols: Sequence[str], session: date, opened: datetime, moment: datetime
    ) -> dict[str, Quote | MarketError]:
        """The newest price from ``opened`` to ``moment`` by symbol; a symbol without one is absent.

        A trade after ``moment`` is not looked at: the minutes before it answer instead.
        """
        found: dict[str, Quote | MarketError] = {}
        later: list[str] = []
        told = self._api.snapshots(symbols, self._feed)
        for symbol in symbols:
            trade = _part(told.get(symbol), "latestTrade")
            try:
                at = instant_of(trade, symbol) if trade else None
                if at is not None and at > moment:
                    later.append(symbol)
                elif at is not None and at >= opened:
                    found[symbol] = self._quote(symbol, trade.get("p"), at, session)
            except BadBars as error:
                found[symbol] = error
        if later and moment - MINUTE >= opened:
            found.update(self._by_minutes(later, session, opened, moment))
        return found

    def _by_minutes(
        self, symbols: Sequence[str], session: date, opened: datetime, moment: datetime
    ) -> dict[str, Quote | MarketError]:
        """The close of the newest whole minute: known once the minute is over."""
        query = {
            "timeframe": "1Min",
            "start": iso(opened),
            "end": iso(moment - MINUTE),
            "adjustment": "raw",
            "feed": self._feed,
        }
        told = self._api.bars(symbols, query)
        found: dict[str, Quote | MarketError] = {}
        for symbol in symbols:
            try:
                minutes = [(instant_of(bar, symbol) + MINUTE, bar) for bar in told.get(symbol, ())]
                known = [entry for entry in minutes if opened < entry[0] <= moment]
                if known:
                    at, bar = max(known, key=lambda entry: entry[0])
                    found[symbol] = self._quote(symbol, bar.get("c"), at, session)
            except BadBars as error:
                found[symbol] = error
        return found

    def _quote(self, symbol: str, told: object, at: datetime, session: date) -> Quote:
        if (
            not isinstance(told, int | float)
            or isinstance(told, bool)
            or not math.isfinite(told)
            or not 0.0001 <= told <= 1e7
        ):
            raise BadBars(f"Alpaca gave {symbol}'s last trade as {repr(told)[:40]}: ask again")
        return Quote(
            symbol=symbol,
            price=to_price(told),
            kind=PriceKind.TRADE,
            session=session,
            known_at=at,
            source="alpaca",
            feed=f"alpaca/{self._feed}",
        )


def _part(told: Json | None, key: str) -> Json:
    part = told.get(key) if isinstance(told, Mapping) else None
    return part if isinstance(part, Mapping) else {}
