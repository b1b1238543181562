"""What may be told of a stage's outcome outside the log: counts, and the decision; never a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from core.context import ContextKey
from core.schemas.decision import ChairmanDecision
from core.schemas.execution import ExecutionResult
from core.schemas.risk import RiskAssessment
from core.spans import Fact


def stage_facts(values: Mapping[ContextKey[Any], Any]) -> dict[str, Fact]:
    """Facts by name, such as ``pm_pitches=4``, ``instrument="SPY"`` or ``limit_hits=1``."""
    facts: dict[str, Fact] = {}
    for key, value in values.items():
        if isinstance(value, tuple):
            facts[key.name.lower()] = len(value)
        elif isinstance(value, ChairmanDecision):
            facts |= _decision(value)
        elif isinstance(value, RiskAssessment):
            facts["limit_hits"] = sum(len(account.hits) for account in value.accounts)
        elif isinstance(value, ExecutionResult):
            counts = Counter(outcome.submission for outcome in value.outcomes)
            facts |= {f"orders_{submission}": count for submission, count in counts.items()}
    return facts


def _decision(decision: ChairmanDecision) -> dict[str, Fact]:
    trade = decision.selected_trade
    return {
        "instrument": trade.instrument or "none",
        "direction": trade.direction.value,
        "conviction": decision.conviction,
        "origin": decision.origin.value,
        "dissents": len(decision.dissent_summary),
    }
