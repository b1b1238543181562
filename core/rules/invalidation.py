"""Which typed invalidation rules hold: a live operand against a constant or a frozen level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.schemas.pitch import Comparison, InvalidationRule, LiveOperand


@dataclass(frozen=True, slots=True)
class Live:
    """What is still observable after Wednesday: USD, fractions seen from the position, sessions."""

    price: float
    return_since_entry: float
    drawdown_since_entry: float
    sessions_held: int

    def value(self, operand: LiveOperand) -> float:
        match operand:
            case LiveOperand.PRICE:
                return self.price
            case LiveOperand.RETURN_SINCE_ENTRY:
                return self.return_since_entry
            case LiveOperand.DRAWDOWN_SINCE_ENTRY:
                return self.drawdown_since_entry
            case LiveOperand.SESSIONS_HELD:
                return float(self.sessions_held)


def rules_met_by(
    rules: Iterable[InvalidationRule], live: Live, levels: Mapping[str, float]
) -> Iterator[str]:
    """The rules that hold, in words (``return_since_entry below -0.03``)."""
    for rule in rules:
        limit = levels.get(rule.level) if rule.level else rule.threshold
        if limit is None:
            continue  # a level that was unknown on Wednesday can never be compared
        value = live.value(rule.operand)
        above = rule.comparison is Comparison.ABOVE
        if value > limit if above else value < limit:
            yield describe(rule)


def describe(rule: InvalidationRule) -> str:
    right = rule.level if rule.level is not None else f"{rule.threshold:g}"
    return f"{rule.operand} {rule.comparison} {right}"
