"""The middle of bid and ask at Alpaca, for what two accounts on one key exchange among themselves."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.clock import in_new_york
from core.errors import BrokerError, MarketError
from providers.alpaca.api import MarketApi, TradingApi
from providers.alpaca.parsing import instant, number
from providers.broker.virtual_key import Mid

FEED = "iex"
"""Quotes of the last 15 minutes are free on this tape alone."""


class AlpacaMid:
    """A `MidOf`: None while the market is closed, or until a two-sided quote is newer than the decision."""

    def __init__(self, trading: TradingApi, market: MarketApi) -> None:
        self._trading = trading
        self._market = market

    def __call__(self, symbol: str, decided_at: datetime) -> Mid | None:
        try:
            if self._trading.clock().get("is_open") is not True:
                return None
            row = self._market.latest_quotes([symbol], FEED).get(symbol)
            if row is None:
                return None
            bid, ask = number(row, "bp"), number(row, "ap")
            at = instant(row, "t")
        except (BrokerError, MarketError):
            return None  # nothing is known yet: the cross waits, and is looked at again
        if bid <= 0 or ask <= 0 or at <= decided_at:
            return None
        middle = ((bid + ask) / 2).quantize(Decimal("0.0001"))
        return Mid(middle, at, in_new_york(at).date(), f"alpaca/{FEED} mid")
