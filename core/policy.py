"""All that a decision depends on besides its inputs, frozen, and the fingerprint of it."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from core.canonical import fingerprint
from core.errors import UnknownSymbol
from core.profile import (
    AccountSpec,
    ModelSettings,
    ModelSpec,
    Profile,
    ProfileName,
    SeatSpec,
    StageName,
)
from core.schemas.base import Schema, ShortText, Symbol
from core.types import AccountId

__all__ = [
    "AccountSpec",
    "AssetClass",
    "AssetSpec",
    "BreakerLimits",
    "CheckpointPolicy",
    "CouncilRules",
    "DeskPolicy",
    "ExecutionPolicy",
    "MemoryPolicy",
    "ModelSettings",
    "ModelSpec",
    "Profile",
    "ProfileName",
    "RiskLimits",
    "ScheduleSpec",
    "SeatSpec",
    "StageName",
]

AssetClass: TypeAlias = Literal[
    "equity", "treasury", "credit", "currency", "precious_metal", "energy"
]
QUIET_FROM, QUIET_UNTIL = time(1), time(3)
"""New York's clocks change in these hours: an instant here may exist twice or not at all."""


def _plain(value: Decimal) -> Decimal:
    """One spelling a number: 1, 1.0 and 1.00 must give the same fingerprint."""
    return Decimal(f"{value.normalize():f}")


def _wall(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("write HH:MM without a zone: it is New York wall time")
    if QUIET_FROM <= value < QUIET_UNTIL:
        raise ValueError("nothing may be scheduled from 01:00 to 03:00, when clocks change")
    return value


Share: TypeAlias = Annotated[Decimal, Field(gt=0, le=1), AfterValidator(_plain)]
BasisPoints: TypeAlias = Annotated[Decimal, Field(ge=0, le=1_000), AfterValidator(_plain)]
Dollars: TypeAlias = Annotated[Decimal, Field(gt=0, le=1_000_000_000), AfterValidator(_plain)]
Percent: TypeAlias = Annotated[Decimal, Field(gt=0, le=100), AfterValidator(_plain)]
Wall: TypeAlias = Annotated[time, AfterValidator(_wall)]
Hours: TypeAlias = Annotated[int, Field(ge=1, le=72)]


class AssetSpec(Schema):
    """One tradable instrument; ``shortable`` False turns a short wish into FLAT."""

    symbol: Symbol
    name: ShortText
    asset_class: AssetClass
    sector: ShortText
    shortable: bool


class CouncilRules(Schema):
    """When the council may trade: pitches needed, and reviews each of them needs.

    ``max_attempts`` counts the first question and its re-asks after an answer that does not validate.
    """

    quorum_pitches: int = Field(default=3, ge=1, le=20)
    quorum_reviews: int = Field(default=2, ge=0, le=19)
    max_thesis_bullets: int = Field(default=5, ge=1, le=5)
    max_attempts: int = Field(default=2, ge=1, le=3)


class RiskLimits(Schema):
    """Hard limits no model can override, as shares of equity, and what trading costs.

    Money in USD; slippage and commission in basis points of the traded value, borrow in basis
    points of a short's value a year. ``partial_fills`` lets the simulated broker fill in parts.
    """

    starting_cash: Dollars = Decimal(100_000)
    max_position_pct: Share = Decimal(1)
    max_gross_pct: Share = Decimal(1)
    min_conviction: float = Field(default=0.25, ge=0, le=2)
    fractional_longs: bool = False
    slippage_bps: BasisPoints = Decimal(2)
    commission_bps: BasisPoints = Decimal(1)
    borrow_bps: BasisPoints = Decimal(50)
    partial_fills: bool = False


class BreakerLimits(Schema):
    """When new positions stop, and when they may go on; drawdowns in per cent of peak equity.

    Halt: a drawdown over ``drawdown_halt_pct``, or ``consecutive_loss_halt`` losing trades in a row.
    Release, each cause its own: a drawdown below ``drawdown_resume_pct``, or ``win_streak_resume``
    winning trades in a row.
    """

    drawdown_halt_pct: Percent = Decimal(20)
    drawdown_resume_pct: Percent = Decimal(15)
    consecutive_loss_halt: int = Field(default=10, ge=1, le=1_000)
    win_streak_resume: int = Field(default=3, ge=1, le=1_000)

    @model_validator(mode="after")
    def _release_comes_after_halt(self) -> Self:
        if self.drawdown_resume_pct > self.drawdown_halt_pct:
            raise ValueError("drawdown_resume_pct must not be over drawdown_halt_pct")
        return self


class ScheduleSpec(Schema):
    """New York wall times of the week's jobs; ``day`` is fixed, it names the weeks."""

    timezone: Literal["America/New_York"] = "America/New_York"
    day: Literal["wednesday"] = "wednesday"
    postmortem: Wall = time(7, 30)
    weekly: Wall = time(8)
    checkpoints: tuple[Wall, ...] = (time(9), time(12), time(14), time(15, 50))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.postmortem < self.weekly:
            raise ValueError("postmortem must come before weekly: the old week ends first")
        if list(self.checkpoints) != sorted(set(self.checkpoints)):
            raise ValueError("checkpoints must be in order, each time once")
        return self


class CheckpointPolicy(Schema):
    """How conviction moves between Wednesdays, in conviction points (the scale is −2 to 2).

    ``decay_a_session``: share of the stored |conviction| lost each session held. ``penalty``: points
    lost for each daily volatility the price moved against the position, ``reward`` for each in its
    favour. Below ``reduce_below`` × Wednesday's |conviction| the position is halved, below
    ``exit_below`` points it is closed, and beyond ``flip_beyond`` points on the other side reversed.
    """

    engine: Literal["rules", "model"] = "rules"
    decay_a_session: float = Field(default=0.04, ge=0, le=1)
    penalty: float = Field(default=0.25, ge=0, le=2)
    reward: float = Field(default=0.05, ge=0, le=2)
    reduce_below: float = Field(default=0.6, ge=0, le=1)
    exit_below: float = Field(default=0.25, ge=0, le=2)
    flip_beyond: float = Field(default=0.5, gt=0, le=2)


class ExecutionPolicy(Schema):
    """Whether a person's word stands between the limits and a week's orders.

    ``manual``: the week stops with a proposal, and what nobody approved by ``approval_expires`` is not
    traded. That is a New York wall time, of the first session on which it is still to come, or so many
    hours after the proposal. Only a real desk asks: a simulation and the demonstration never do.
    """

    approval: Literal["auto", "manual"] = "auto"
    approval_expires: Wall | Hours = time(11)


def _asks_nobody(policy: ExecutionPolicy) -> bool:
    """Such a policy is left out of the record: weeks of desks that ask nobody keep their ids."""
    return policy.approval == "auto"


class MemoryPolicy(Schema):
    """Whether pitches are written with the ``weeks`` most similar weeks of the past before them."""

    council: bool = False
    weeks: int = Field(default=3, ge=1, le=10)


def _recalls_nothing(policy: MemoryPolicy) -> bool:
    """Left out of the record as well: weeks of desks without memory keep their ids."""
    return not policy.council


class DeskPolicy(Schema):
    """The desk's whole policy. ``identities`` are the terms of every known profile, for blinding."""

    assets: tuple[AssetSpec, ...] = Field(min_length=1)
    profile: Profile
    council: CouncilRules = CouncilRules()
    risk: RiskLimits = RiskLimits()
    schedule: ScheduleSpec = ScheduleSpec()
    checkpoints: CheckpointPolicy = CheckpointPolicy()
    breaker: BreakerLimits = BreakerLimits()
    execution: ExecutionPolicy = Field(default=ExecutionPolicy(), exclude_if=_asks_nobody)
    memory: MemoryPolicy = Field(default=MemoryPolicy(), exclude_if=_recalls_nothing)
    identities: tuple[str, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(asset.symbol for asset in self.assets)

    @property
    def seats(self) -> tuple[SeatSpec, ...]:
        return self.profile.seats

    @property
    def accounts(self) -> tuple[AccountSpec, ...]:
        """The PM accounts in seat order, then the council's, then FLAT."""
        return self.profile.accounts

    def asset(self, symbol: str) -> AssetSpec:
        for asset in self.assets:
            if asset.symbol == symbol:
                return asset
        raise UnknownSymbol(f"{symbol} is not in config/assets.yaml: use one of {self.symbols}")

    def seat(self, account_id: AccountId) -> SeatSpec:
        """The seat of a PM account; KeyError for the council's and FLAT."""
        for seat in self.seats:
            if seat.account_id == account_id:
                return seat
        raise KeyError(account_id)

    def identity_terms(self) -> tuple[str, ...]:
        """Every model, vendor and family name to scrub, longest first so none hides in another."""
        terms = self.profile.identity_terms() | set(self.identities)
        spelled = {term.casefold(): term for term in sorted(terms)}
        return tuple(sorted(spelled.values(), key=lambda term: (-len(term), term)))

    def fingerprint(self) -> str:
        """SHA-256 (hex) of the canonical JSON: equal policies, equal fingerprint, on any machine."""
        return fingerprint(self)
