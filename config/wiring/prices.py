"""The calendar and the prices of a desk: the configured sources, or generated ones."""

from __future__ import annotations

from datetime import date
from functools import cache

from config.alpaca import AlpacaConnections
from config.markets import MarketBuilder, sources_of
from config.settings import Settings
from core.clock import Clock, SystemClock, in_new_york
from core.ports import MarketData, TradingCalendar
from core.types import StoreKind
from providers.market.calendar import XnysCalendar
from providers.market.simulated import SimulatedMarket, SimulatedPeriod
from storage.event_store import SqlEventStore

SIMULATED_SINCE = date(2012, 1, 3)
SIMULATED_YEARS_AHEAD = 2
"""How far beyond this year generated prices go, so that a running demo desk does not end.

Of the later of the desk's year and today's: a simulation that begins long ago reaches the present.
"""


@cache
def calendar() -> TradingCalendar:
    return XnysCalendar()


def market_data(  # noqa: PLR0913 - what differs between faces is one keyword each
    settings: Settings,
    seed: int,
    clock: Clock,
    *,
    kind: StoreKind,
    store: SqlEventStore,
    alpaca: AlpacaConnections,
) -> MarketData:
    """The chain of sources that configuration and keys allow, else generated prices that say so."""
    names = sources_of(settings, kind)
    if names == ("simulated",):
        years = [in_new_york(one.now()).year for one in (clock, SystemClock())]
        last_year = max(years) + SIMULATED_YEARS_AHEAD
        return simulated_market(settings.policy.symbols, seed, last_year)
    return MarketBuilder(settings, calendar(), clock, alpaca).chain(names, store)


@cache
def simulated_market(symbols: tuple[str, ...], seed: int, last_year: int) -> MarketData:
    """Generated prices to the end of ``last_year``; the same for everybody who asks."""
    period = SimulatedPeriod(SIMULATED_SINCE, date(last_year, 12, 31))
    return SimulatedMarket(symbols, seed, period, calendar())
