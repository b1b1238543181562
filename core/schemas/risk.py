"""What the hard limits made of each account's wish, with the numbers of every refusal."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from core.schemas.base import Schema
from core.schemas.pitch import InvalidationRule, PitchIndicator
from core.types import AccountId, Direction, Horizon


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
    """Wish and result of one account; weights are signed fractions of equity."""

    account_id: AccountId
    instrument: str | None
    direction: Direction
    conviction: float
    asked_weight: Decimal
    weight: Decimal
    hits: tuple[LimitHit, ...] = ()


class RiskAssessment(Schema):
    accounts: tuple[AccountRisk, ...]


class Target(Schema):
    """What an account shall hold this week; ``quantity`` signed, 0 is flat. Prices in USD.

    The invalidation rules and indicators are the pitch's, frozen; ``frozen_levels`` holds Wednesday's
    price levels (``price``, ``sma_20``, ``sma_50``, ``sma_200``) those rules may name, and its
    ``realised_volatility_20`` and ``atr_14``.
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


class ExecutionConstraints(Schema):
    """The targets that passed every limit, and the limits they passed."""

    targets: tuple[Target, ...]
    max_position_pct: Decimal
    max_gross_pct: Decimal
    min_conviction: float
