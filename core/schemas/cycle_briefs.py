"""What each agent of a cycle is given, and what it must answer; code decides what of it may be done."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from core.schemas.base import Remark, Schema, ShortText, Symbol, Text
from core.schemas.cycle import CycleAccount, CycleMarket, CycleSymbol, CycleTrigger
from core.schemas.setups import Neighbour
from core.schemas.signal import MetaVerdict, SignalAction
from core.schemas.suggestion import Unit
from core.strategy import EquityLimits

MOST_REASONS = 4


class AnalystBrief(Schema):
    """The frozen market; ``candidates`` are the symbols a signal may name."""

    trigger: CycleTrigger
    market: CycleMarket
    candidates: tuple[Symbol, ...]
    limits: EquityLimits


class SignalAnswer(Schema):
    symbol: Symbol
    action: SignalAction
    confidence: Unit
    quantity: float = Field(ge=0, le=10_000_000)
    reasons: tuple[ShortText, ...] = Field(min_length=1, max_length=MOST_REASONS)


class AnalystAnswer(Schema):
    """One signal a symbol worth a word; what is left out is a HOLD."""

    signals: tuple[SignalAnswer, ...] = Field(max_length=60)


class Proposal(Schema):
    """A signal that every hard limit allows: ``quantity`` shares at ``price`` USD, ``value`` of equity.

    ``memory`` says why no similar setups are known; empty where they were asked for.
    """

    symbol: Symbol
    action: SignalAction
    confidence: Unit
    quantity: Decimal
    price: Decimal
    share_of_equity: float
    reasons: tuple[ShortText, ...]
    asset: CycleSymbol
    concerns: tuple[ShortText, ...] = ()
    risk_score: Unit | None = None
    warnings: tuple[ShortText, ...] = ()
    validator_score: Unit | None = None
    losses_in_a_row: int = 0
    memory: Remark = ""

    @property
    def neighbours(self) -> tuple[Neighbour, ...]:
        return self.asset.neighbours


class RiskBrief(Schema):
    """Only what the hard limits left: refused signals are nowhere in it."""

    as_of: datetime
    account: CycleAccount
    benchmark: CycleSymbol | None
    proposals: tuple[Proposal, ...]


class RiskOpinion(Schema):
    """``quantity``: shares to trade, at most those proposed; less is taken, more is not."""

    symbol: Symbol
    approved: bool
    quantity: float = Field(ge=0, le=10_000_000)
    score: Unit
    concerns: tuple[ShortText, ...] = Field(default=(), max_length=MOST_REASONS)


class RiskAnswer(Schema):
    opinions: tuple[RiskOpinion, ...] = Field(max_length=60)


class ValidatorBrief(Schema):
    as_of: datetime
    account: CycleAccount
    benchmark: CycleSymbol | None
    proposals: tuple[Proposal, ...]


class ValidatorOpinion(Schema):
    symbol: Symbol
    approved: bool
    score: Unit
    warnings: tuple[ShortText, ...] = Field(default=(), max_length=MOST_REASONS)


class ValidatorAnswer(Schema):
    opinions: tuple[ValidatorOpinion, ...] = Field(max_length=60)


class MetaBrief(Schema):
    as_of: datetime
    trigger: CycleTrigger
    account: CycleAccount
    benchmark: CycleSymbol | None
    proposals: tuple[Proposal, ...]


class ChoiceAnswer(Schema):
    symbol: Symbol
    execute: bool
    reason: ShortText


class MetaAnswer(Schema):
    verdict: MetaVerdict
    choices: tuple[ChoiceAnswer, ...] = Field(max_length=60)
    synthesis: Text
    score: Unit
