"""One portfolio manager's trade idea, with frozen indicators and machine-checkable invalidation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from core.schemas.base import Conviction, Schema, ShortText, Symbol, Text
from core.types import AccountId, Direction, Horizon, WeekId


class Agreement(StrEnum):
    AGREE = "agree"
    DISAGREE = "disagree"
    MIXED = "mixed"


class PackAgreement(Schema):
    """Where the idea stands to the two packs; None where that pack is missing."""

    gemini_research: Agreement | None
    perplexity_research: Agreement | None


class Comparison(StrEnum):
    ABOVE = "above"
    BELOW = "below"


class PitchIndicator(Schema):
    """An indicator of the frozen snapshot: ``rsi_14`` of the pitched asset, or ``SPY.rsi_14``.

    The thesis holds while ``value`` stays on the ``direction`` side of ``threshold``.
    """

    name: Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9.]{0,9}\.)?[a-z][a-z0-9_]*$")]
    value: float
    threshold: float
    direction: Comparison


class LiveOperand(StrEnum):
    """What is still observable after Wednesday; nothing else may decide."""

    PRICE = "price"
    RETURN_SINCE_ENTRY = "return_since_entry"
    DRAWDOWN_SINCE_ENTRY = "drawdown_since_entry"
    SESSIONS_HELD = "sessions_held"


FrozenLevel = Literal["price", "sma_20", "sma_50", "sma_200"]


class InvalidationRule(Schema):
    """A live operand against a constant (``threshold``) or a level frozen on Wednesday (``level``).

    Prices in USD, returns and drawdowns as fractions seen from the position (-0.03 is a loss of
    3 %; drawdown is ≤ 0), sessions as a count. Either threshold or level, never both.
    """

    operand: LiveOperand
    comparison: Comparison
    threshold: float | None = None
    level: FrozenLevel | None = None

    @model_validator(mode="after")
    def _one_right_side(self) -> InvalidationRule:
        if (self.threshold is None) == (self.level is None):
            raise ValueError("give either threshold or level, not both and not neither")
        if self.level is not None and self.operand is not LiveOperand.PRICE:
            raise ValueError(f"level {self.level} is a price: compare it with operand price")
        return self


class PitchAnswer(Schema):
    """What a portfolio manager answers; code adds ids, the model and the time (`Pitch`)."""

    instrument: Symbol | None = Field(description="one symbol of the universe; null only when FLAT")
    direction: Direction
    horizon: Horizon
    thesis_bullets: Annotated[tuple[Text, ...], Field(min_length=1, max_length=5)]
    consensus_map: PackAgreement
    indicators: Annotated[tuple[PitchIndicator, ...], Field(max_length=8)]
    invalidation: Text
    invalidation_rules: Annotated[tuple[InvalidationRule, ...], Field(max_length=6)]
    conviction: Conviction
    position_size_hint: Annotated[float, Field(ge=0, le=1)]
    risk_notes: Text

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> PitchAnswer:
        sign = (self.conviction > 0) - (self.conviction < 0)
        if sign != self.direction.sign:
            raise ValueError(
                f"conviction {self.conviction:g} and direction {self.direction} disagree: "
                "LONG needs a positive, SHORT a negative and FLAT a zero conviction"
            )
        if self.direction is Direction.FLAT:
            return self
        if self.instrument is None:
            raise ValueError(f"instrument is missing for a {self.direction} pitch")
        if not self.invalidation_rules:
            raise ValueError("invalidation_rules is empty: give at least one that code can check")
        return self


class Pitch(PitchAnswer):
    idea_id: str
    week_id: WeekId
    account_id: AccountId
    model: str
    timestamp: datetime


class Abstention(Schema):
    """A seat whose answer could not be used: recorded, shown, and its account FLAT."""

    account_id: AccountId
    model: str
    reason: ShortText
    attempts: int
