"""What the four agents of a trading cycle say, one after the other, of each symbol."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from core.schemas.base import Schema, ShortText, Symbol, Text
from core.schemas.risk import LimitHit
from core.schemas.suggestion import Unit


class SignalAction(StrEnum):
    """BUY opens a long, SELL closes or reduces what is held, HOLD trades nothing: nobody goes short."""

    BUY = "BUY"
    SELL = "SELL"
    HOLD = "HOLD"


class MetaVerdict(StrEnum):
    EXECUTE = "EXECUTE"
    DO_NOT_EXECUTE = "DO_NOT_EXECUTE"


class TradeSignal(Schema):
    """The analyst's word: ``quantity`` in shares, positive, what it would like to trade."""

    symbol: Symbol
    action: SignalAction
    confidence: Unit
    quantity: Decimal = Field(ge=0)
    reasons: tuple[ShortText, ...] = ()

    @property
    def trades(self) -> bool:
        return self.action is not SignalAction.HOLD


class Spoken(Schema):
    """Who spoke at a step; ``silent_because`` when the agent gave no usable answer.

    ``model`` is None where no model was asked, because code had left nothing to ask about.
    """

    model: str | None = None
    silent_because: ShortText | None = None


class CycleSignals(Spoken):
    """One signal a symbol at most; a symbol without one is a HOLD that nobody argued for."""

    signals: tuple[TradeSignal, ...] = ()

    @property
    def trading(self) -> tuple[TradeSignal, ...]:
        return tuple(signal for signal in self.signals if signal.trades)


class SignalRisk(Schema):
    """Hard limits in code, then a model's soft view of what they left.

    ``allowed`` shares are what the limits leave of those asked for, ``adjusted_quantity`` what the
    risk manager leaves of them: never more. ``judged`` is False where the limits left nothing: no
    model has seen that signal.
    """

    symbol: Symbol
    action: SignalAction
    asked: Decimal = Field(ge=0)
    allowed: Decimal = Field(ge=0)
    adjusted_quantity: Decimal = Field(ge=0)
    approved: bool
    judged: bool
    score: Unit = 0.0
    concerns: tuple[ShortText, ...] = ()
    hits: tuple[LimitHit, ...] = ()


class CycleRisk(Spoken):
    """Every BUY and SELL in the order in which the limits took them."""

    signals: tuple[SignalRisk, ...]

    @property
    def approved(self) -> tuple[SignalRisk, ...]:
        return tuple(one for one in self.signals if one.approved)


class SignalValidation(Schema):
    """A second opinion: ``patterns`` names the checks of code that spoke, ``score`` is the model's."""

    symbol: Symbol
    action: SignalAction
    quantity: Decimal = Field(ge=0)
    approved: bool
    judged: bool
    score: Unit = 0.0
    warnings: tuple[ShortText, ...] = ()
    patterns: tuple[str, ...] = ()


class CycleValidation(Spoken):
    signals: tuple[SignalValidation, ...]

    @property
    def approved(self) -> tuple[SignalValidation, ...]:
        return tuple(one for one in self.signals if one.approved)


class MetaChoice(Schema):
    """Whether one validated signal is traded, and why."""

    symbol: Symbol
    execute: bool
    reason: ShortText


class MetaDecision(Spoken):
    """The last word of a cycle; with DO_NOT_EXECUTE nothing is traded, whatever the choices say."""

    verdict: MetaVerdict
    choices: tuple[MetaChoice, ...] = ()
    synthesis: Text
    score: Unit = 0.0

    @property
    def chosen(self) -> tuple[str, ...]:
        """The symbols to trade; none with DO_NOT_EXECUTE."""
        if self.verdict is MetaVerdict.DO_NOT_EXECUTE:
            return ()
        return tuple(choice.symbol for choice in self.choices if choice.execute)


class AgentScores(Schema):
    """What the four agents gave a trade, each 0-1: the analyst's confidence, then three scores."""

    data_analyst: Unit
    risk_manager: Unit
    validator: Unit
    meta_decision: Unit
