"""What is looked at before a cycle begins, so that none is left half done for want of a key or a price."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from core.agents import AgentName
from core.clock import in_new_york
from core.desk.cycle_account import AccountView
from core.desk.desk import Desk
from core.desk.strategy_ports import Strategy
from core.errors import MarketError, MarketUnavailable, PreflightFailed
from core.ports import MarketData
from core.rules.alert_jobs import NOT_BEGUN
from core.schemas.cycle import CycleSpec
from core.types import week_of

AGENTS = tuple(agent.value for agent in AgentName)


async def check_before(desk: Desk, strategy: Strategy, spec: CycleSpec) -> None:
    """Before anything is recorded: PreflightFailed for what only a person can cure.

    MarketUnavailable when not one symbol has a price: that may come with time.
    """
    now = desk.clock.now()
    if strategy.check is not None:
        try:
            await strategy.check(week_of(in_new_york(now).date()), AGENTS)
        except PreflightFailed as error:
            raise PreflightFailed(f"{NOT_BEGUN}{error}") from error
    held = AccountView(desk, strategy).symbols()
    names = tuple(dict.fromkeys((*spec.symbols, *held)))
    if names:
        await asyncio.to_thread(_priced, strategy.market, names, now)


def _priced(market: MarketData, symbols: Sequence[str], at: datetime) -> None:
    """That there is a price of any of them."""
    try:
        market.quotes(symbols, at)
    except MarketError as error:
        last = error
    else:
        return
    for symbol in symbols:
        try:
            market.quotes([symbol], at)
        except MarketError as error:
            last = error
        else:
            return
    raise MarketUnavailable(
        f"{NOT_BEGUN}{market.source} has no price of {_named(symbols)} now: {last}"
    ) from last


def _named(symbols: Sequence[str]) -> str:
    return symbols[0] if len(symbols) == 1 else f"any of {len(symbols)} symbols"
