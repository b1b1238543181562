"""A strategy's discovery with all its ports, from what settings and keys allow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from config.alpaca import AlpacaConnections
from config.discovery import sector_rows
from config.feeds import company_source
from config.own_keys import secrets_of
from config.settings import Settings
from config.wiring.prices import calendar
from core.desk.cycle_account import shares_held
from core.desk.desk import Desk
from core.desk.discovering import Discovery, run_discovery
from core.desk.strategy_ports import Look
from core.discovery.ports import FactsSource, SectorsOn, UniverseSource, WholeMarket
from core.discovery.sectors import sectors_on
from core.errors import BadInput
from core.strategy import StrategySpec
from core.types import StoreKind
from providers.market.whole import SmallMarket
from providers.market.whole_files import WholeFiles

UNIVERSES = "universe"
"""The folder below ``runs`` where listings are kept, a file a day."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a round finds its symbols, their bars and what bars do not say."""

    universe: UniverseSource
    market: WholeMarket
    facts: FactsSource | None = None


def look_with(settings: Settings, spec: StrategySpec) -> Look:
    """A strategy's rounds by these settings, on whichever desk it is at work."""

    async def look(desk: Desk, at: datetime, asked_as: str) -> str:
        discovery = discovery_of_strategy(settings, desk, spec)
        ran = await run_discovery(desk, discovery, at, asked_as)
        picked = ", ".join(f"{picker} {count}" for picker, count in ran.picked.items())
        return f"looked at {ran.looked_at} symbols: {picked}"

    return look


def discovery_of_strategy(settings: Settings, desk: Desk, spec: StrategySpec) -> Discovery:
    """BadInput for a strategy that does not discover; ConfigError where a source lacks its key."""
    if spec.universe.kind != "discovery":
        raise BadInput(f"strategy {spec.name} trades config/assets.yaml: it discovers nothing")
    sources, strategy = sources_of_strategy(settings, desk, spec), desk.strategy(spec.name)
    return Discovery(
        spec=spec,
        settings=settings.discovery,
        cast=settings.agents,
        universe=sources.universe,
        market=sources.market,
        sectors=sectors_of(settings.paths.config_dir),
        models=strategy.models,
        held=shares_held(desk, strategy),
        facts=sources.facts,
        recall=strategy.recall,
        check=strategy.check,
        companies=company_source(settings, desk.kind),
    )


def sources_of_strategy(settings: Settings, desk: Desk, spec: StrategySpec) -> Sources:
    """Alpaca's listing where the strategy asks for it, else the folder of bars, else the desk's own."""
    if spec.universe.source == "alpaca" and desk.kind is StoreKind.REAL:
        return _alpaca(settings, desk)
    if settings.market_data_dir is not None:
        files = whole_files(settings.market_data_dir)
        return Sources(files, files)
    small = SmallMarket(desk.market, settings.policy.symbols, desk.calendar)
    return Sources(small, small)


@cache
def whole_files(folder: Path) -> WholeFiles:
    """One a folder and process: it is read once."""
    return WholeFiles(folder, calendar())


@cache
def sectors_of(config_dir: Path) -> SectorsOn:
    rows = sector_rows(config_dir)
    return lambda day: sectors_on(rows, day)


def _alpaca(settings: Settings, desk: Desk) -> Sources:
    from providers.market.alpaca import daily_service  # noqa: PLC0415 - alpaca-py costs a second
    from providers.market.quoted_spreads import QuotedSpreads  # noqa: PLC0415 - as above
    from providers.market.universe import AlpacaUniverse, KeptUniverse  # noqa: PLC0415 - as above
    from providers.market.whole_fetched import WholeFetched  # noqa: PLC0415 - as above

    alpaca = AlpacaConnections(secrets_of(settings))
    key = alpaca.shared_key()
    market = alpaca.market(key)
    listing = AlpacaUniverse(alpaca.trading(key), desk.clock)
    service = daily_service(market, settings.connections.feed)
    return Sources(
        KeptUniverse(listing, settings.paths.runs / UNIVERSES, desk.clock),
        WholeFetched(service, desk.calendar, desk.clock),
        QuotedSpreads(market, desk.clock),
    )
