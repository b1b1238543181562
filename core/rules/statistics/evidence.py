"""The evidence meter: what may be shown of an account, and what is missing until it may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Shortfall(StrEnum):
    WEEKS = "too few weeks"
    TRADES = "too few closed trades"
    COVERAGE = "returns cover too little of the weeks"


@dataclass(frozen=True, slots=True)
class EvidenceRules:
    """``weeks`` and ``closed_trades`` at least; ``coverage`` is a share of the weeks, 0 to 1."""

    weeks: int = 13
    closed_trades: int = 20
    coverage: float = 0.95


DEFAULT_RULES = EvidenceRules()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an account; ``coverage`` None when nobody knows (counts as too little)."""

    weeks: int
    closed_trades: int
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """``enough``: a Sharpe ratio and a verdict may be shown. ``ranked``: also a rank and a badge."""

    evidence: Evidence
    shortfalls: tuple[Shortfall, ...]
    weeks_missing: int
    trades_missing: int

    @property
    def enough(self) -> bool:
        return not self.weeks_missing and not self.trades_missing

    @property
    def ranked(self) -> bool:
        return not self.shortfalls


def standing(evidence: Evidence, rules: EvidenceRules = DEFAULT_RULES) -> Standing:
    """Every shortfall is named, not only the first."""
    covered = evidence.coverage is not None and evidence.coverage >= rules.coverage
    found = {
        Shortfall.WEEKS: evidence.weeks < rules.weeks,
        Shortfall.TRADES: evidence.closed_trades < rules.closed_trades,
        Shortfall.COVERAGE: not covered,
    }
    return Standing(
        evidence,
        shortfalls=tuple(shortfall for shortfall, short in found.items() if short),
        weeks_missing=max(0, rules.weeks - evidence.weeks),
        trades_missing=max(0, rules.closed_trades - evidence.closed_trades),
    )
