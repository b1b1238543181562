"""What the hard limits made of each account's wish, with the numbers of every refusal."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from core.schemas.base import Schema
from core.schemas.breaker import Halt
from core.schemas.pitch import InvalidationRule, PitchIndicator
from core.types import AccountId, Direction, Horizon


def _absent(value: object) -> bool:
    """Left out of the payload: what no breaker touched reads as it did before there was one."""
    return value in (None, ())


class LimitOutcome(StrEnum):
    CLAMPED = "clamped"
    REFUSED = "refused"


class LimitHit(Schema):
    """One limit that changed something: its name, what was asked, what is allowed (as text numbers)."""

    limit: str
    asked: str
    allowed: str
    outcome: LimitOutcome
    reason: str


class AccountRisk(Schema):
    """Wish and result of one account; weights are signed fractions of equity.

    ``halts`` are those the run saw when it was sized: a replay is given them again.
    """

    account_id: AccountId
    instrument: str | None
    direction: Direction
    conviction: float
    asked_weight: Decimal
    weight: Decimal
    hits: tuple[LimitHit, ...] = ()
    halts: tuple[Halt, ...] = Field(default=(), exclude_if=_absent)


class RiskAssessment(Schema):
    accounts: tuple[AccountRisk, ...]


class Target(Schema):
    """What an account shall hold this week; ``quantity`` signed, 0 is flat. Prices in USD.

    The invalidation rules and indicators are the pitch's, frozen; ``frozen_levels`` holds Wednesday's
    price levels (``price``, ``sma_20``, ``sma_50``, ``sma_200``) those rules may name, and its
    ``realised_volatility_20`` and ``atr_14``. ``unhalted_weight`` is what the weight would be without
    a halt, None when no halt changed it: what the account's shadow goes on trading.
    """

    account_id: AccountId
    instrument: str | None
    direction: Direction
    conviction: float
    horizon: Horizon
    weight: Decimal
    quantity: Decimal
    equity: Decimal
    reference_price: Decimal | None
    invalidation_rules: tuple[InvalidationRule, ...] = ()
    indicators: tuple[PitchIndicator, ...] = ()
    invalidation: str = ""
    frozen_levels: dict[str, float] = Field(default_factory=dict)
    idea_id: str | None = None
    unhalted_weight: Decimal | None = Field(default=None, exclude_if=_absent)


class ExecutionConstraints(Schema):
    """The targets that passed every limit, and the limits they passed."""

    targets: tuple[Target, ...]
    max_position_pct: Decimal
    max_gross_pct: Decimal
    min_conviction: float
