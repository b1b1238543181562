"""A strategy is data: which pipeline, over which universe, when, with how much, within which limits."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from core.policy import BasisPoints, Dollars, Share, Wall
from core.profile import Account
from core.schemas.base import Schema, ShortText, Symbol

StrategyName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
MACRO = "macro_council"
EQUITY = "equity_cycle"


class StrategyUniverse(Schema):
    """``assets`` is config/assets.yaml; ``discovery`` a watchlist fed from ``source``.

    ``watch`` is always on the watchlist, ``never`` is never.
    """

    kind: Literal["assets", "discovery"] = "assets"
    source: Literal["file", "alpaca"] = "file"
    watch: tuple[Symbol, ...] = ()
    never: tuple[Symbol, ...] = ()


class StrategySchedule(Schema):
    """New York wall times of a session's cycles and, in hours from the open, of its discovery.

    ``move_pct``: a held or watched symbol that moved more than this many per cent against its
    previous close starts a cycle of its own, once per symbol, day and direction.
    """

    cycles: tuple[Wall, ...] = (time(11), time(14, 30))
    discovery_hours: int = Field(default=4, ge=1, le=24)
    move_pct: float = Field(default=5.0, gt=0, le=100)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.cycles) != sorted(set(self.cycles)):
            raise ValueError("cycles must be in order, each time once")
        return self


class EquityLimits(Schema):
    """Hard limits of a cycle, as shares of the strategy's equity; USD a day for dollar volume.

    Sectors that nobody knows share one bucket, capped like any other. Costs in basis points of the
    traded value. ``max_volume_pct`` bounds an order by its share of the 20-session average volume.
    """

    max_position_pct: Share = Decimal("0.20")
    max_sector_pct: Share = Decimal("0.30")
    max_positions: int = Field(default=10, ge=1, le=100)
    min_price: Dollars = Decimal(5)
    min_dollar_volume: Dollars = Decimal(1_000_000)
    max_volume_pct: Share = Decimal("0.01")
    min_confidence: float = Field(default=0.55, ge=0, le=1)
    fractional_longs: bool = False
    slippage_bps: BasisPoints = Decimal(2)
    commission_bps: BasisPoints = Decimal(1)


class SwitchOffRule(Schema):
    """When a strategy is switched off without being asked, looked at after each week's last close.

    ``weeks_behind`` its benchmark in a row; or once its return since it began, or was switched on
    again, is below ``return_below_pct`` per cent.
    """

    weeks_behind: int = Field(default=13, ge=1, le=520)
    return_below_pct: float = Field(default=-15.0, ge=-100, lt=0)


class StrategySpec(Schema):
    """One strategy. ``account`` is None for the macro council, whose accounts are the profile's seats.

    ``broker`` is who executes a cycle: ``simulated`` fills at bars, whatever executes for the desk;
    ``desk`` is whoever executes for the desk's accounts, under the same approval.
    """

    name: StrategyName
    title: ShortText
    pipeline: Literal["weekly", "cycle"]
    enabled: bool
    account: Account | None = None
    capital: Dollars = Decimal(100_000)
    benchmark: Symbol = "SPY"
    broker: Literal["simulated", "desk"] = "simulated"
    universe: StrategyUniverse = StrategyUniverse()
    schedule: StrategySchedule = StrategySchedule()
    limits: EquityLimits = EquityLimits()
    switch_off: SwitchOffRule | None = None

    @model_validator(mode="after")
    def _has_an_account(self) -> Self:
        if (self.pipeline == "cycle") != (self.account is not None):
            raise ValueError(
                "a cycle needs an account of its own, the weekly council has its seats'"
            )
        return self
