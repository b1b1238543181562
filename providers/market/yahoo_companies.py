"""What Yahoo says of a company through yfinance: sector, market capitalisation, beta, of this moment."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from core.discovery.facts import SymbolFacts
from core.errors import MarketUnavailable
from providers.market.yahoo import quietly, ticker_of

Profile: TypeAlias = Callable[[str], object]
"""A ticker → what ``yfinance.Ticker(…).info`` is."""
SECTORS: Mapping[str, str] = {
    "Basic Materials": "Materials",
    "Communication Services": "Communication Services",
    "Consumer Cyclical": "Consumer Discretionary",
    "Consumer Defensive": "Consumer Staples",
    "Energy": "Energy",
    "Financial Services": "Financials",
    "Healthcare": "Health Care",
    "Industrials": "Industrials",
    "Real Estate": "Real Estate",
    "Technology": "Information Technology",
    "Utilities": "Utilities",
}
"""Yahoo's words (Morningstar's) and those of config/sectors.csv (GICS): one sector has one limit."""
LARGEST_BETA = 20.0


class YahooCompanies:
    """Asks about one symbol at a time; anything but a plausible figure is unknown.

    MarketUnavailable for an answer without a kind of security: yfinance makes an empty one of an error.
    """

    source = "yfinance"

    def __init__(self, profile: Profile | None = None) -> None:
        self._profile = profile or yahoo_profile

    def __call__(self, symbol: str) -> SymbolFacts:
        """Whatever yfinance raises passes through: the caller waits for it no longer than it likes."""
        told = self._profile(ticker_of(symbol))
        if not isinstance(told, Mapping) or not told.get("quoteType"):
            raise MarketUnavailable(f"yfinance said nothing of {symbol}: ask again later")
        return facts_of(told)


def yahoo_profile(ticker: str) -> object:
    return quietly(lambda yfinance: yfinance.Ticker(ticker).info)


def facts_of(told: Mapping[str, Any]) -> SymbolFacts:
    """Market capitalisation in USD alone; a sector that is none of Yahoo's eleven is unknown."""
    dollars = told.get("currency", "USD") == "USD"
    beta = _number(told.get("beta"))
    cap = _number(told.get("marketCap"))
    return SymbolFacts(
        sector=SECTORS.get(str(told.get("sector"))),
        market_cap=cap if dollars and cap is not None and cap > 0 else None,
        beta=beta if beta is not None and abs(beta) <= LARGEST_BETA else None,
    )


def _number(told: object) -> float | None:
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        return None
    return float(told)
