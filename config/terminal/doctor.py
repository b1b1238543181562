"""`doctor`: what works, what does not, and where every effective value came from."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from config.feeds import company_source, news_name
from config.listening import refuse_port_in_use
from config.settings import Settings
from core.clock import in_new_york
from core.desk.due import next_slot
from core.desk.strategy_broker import no_execution
from core.desk.strategy_switch import is_on
from core.errors import BadInput, CouncilError, MarketError
from storage.engine import engine_facts

if TYPE_CHECKING:
    from core.desk.desk import Desk
    from core.desk.strategy_ports import Strategy

STALE_AFTER = timedelta(days=5)
EARLIEST = datetime.fromisoformat("2025-01-01T00:00:00+00:00")
LITTLE_DISK = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """``ok`` False is something broken; a warning is only worth knowing."""

    name: str
    ok: bool
    detail: str
    warning: bool = False


def database_of(engine: Engine) -> str:
    """What a store really runs on, in one line."""
    facts = engine_facts(engine)
    return f"{facts.dialect} {facts.version} ({facts.driver}), journal {facts.journal_mode}"


def checks(settings: Settings, open_desk: Callable[[], Desk], database: Check) -> Iterator[Check]:
    """Each check in order; a desk that cannot be opened is itself a finding."""
    yield from _keys(settings)
    yield database
    yield from _disk(settings)
    try:
        desk = open_desk()
    except CouncilError as error:
        yield Check("desk", ok=False, detail=str(error))
        return
    yield from _desk(desk)
    yield _feeds(settings, desk)
    yield from _ports(settings)


def _keys(settings: Settings) -> Iterator[Check]:
    present = [name for name, there in settings.keys_present.items() if there]
    live = settings.policy.profile.name == "live"
    missing = live and "OPENROUTER_API_KEY" not in present
    detail = ", ".join(present) or "none: rules models need none"
    yield Check("keys present", ok=not missing, detail=detail)
    yield Check("profile", ok=True, detail=settings.policy.profile.name)


def _disk(settings: Settings) -> Iterator[Check]:
    free = shutil.disk_usage(settings.paths.root).free
    yield Check("disk", ok=True, detail=f"{free / 1e9:.1f} GB free", warning=free < LITTLE_DISK)


def _desk(desk: Desk) -> Iterator[Check]:
    now = desk.clock.now()
    local = in_new_york(now)
    yield Check("clock", ok=now > EARLIEST, detail=f"{local:%Y-%m-%d %H:%M} New York")
    last = desk.calendar.session_on_or_before(local.date())
    yield Check("calendar", ok=True, detail=f"XNYS, last session {last}")
    coming = next_slot(desk)
    if coming is not None:
        at = in_new_york(coming.at)
        yield Check("next slot", ok=True, detail=f"{coming.key} at {at:%Y-%m-%d %H:%M}")
    yield _freshness(desk)
    for strategy in desk.strategies:
        yield _strategy(desk, strategy)


def _freshness(desk: Desk) -> Check:
    symbol = desk.policy.symbols[0]
    now = desk.clock.now()
    try:
        quote = desk.market.quotes([symbol], now)[symbol]
    except MarketError as error:
        return Check("data", ok=False, detail=str(error))
    stale = now - quote.known_at > STALE_AFTER
    detail = f"{desk.market.source}: newest {symbol} price is of {quote.session}"
    return Check("data", ok=True, detail=detail + (", stale" if stale else ""), warning=stale)


def _strategy(desk: Desk, strategy: Strategy) -> Check:
    """Where its orders go; broken only while it is on."""
    name, on = f"strategy {strategy.name}", is_on(desk.store, strategy.spec)
    why = no_execution(desk, strategy)
    if why is not None:
        return Check(name, ok=not on, detail=why, warning=not on)
    where = {None: "fills at bars", strategy.account_id: "trades on a paper account of its own"}
    said = where.get(strategy.custody, "trades on the paper account that all share")
    return Check(name, ok=True, detail=f"{'on' if on else 'off'}, {strategy.account_id} {said}")


def _feeds(settings: Settings, desk: Desk) -> Check:
    """Who is asked for headlines and companies; nobody is asked here."""
    companies = company_source(settings, desk.kind)
    told = "none" if companies is None else companies.source
    news = news_name(settings, desk.kind)
    return Check("feeds", ok=True, detail=f"headlines: {news}, companies: {told}")


def _ports(settings: Settings) -> Iterator[Check]:
    try:
        refuse_port_in_use(settings.ports.web, "PORT_BACKEND")
    except BadInput as error:
        yield Check("web port", ok=True, detail=str(error), warning=True)
    else:
        yield Check("web port", ok=True, detail=f"{settings.ports.web} is free")
