"""What is known of a symbol beside its bars, each with its day; what is not known is absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

NO_SECTOR = "unknown"
"""The one bucket of symbols whose sector nobody knows."""


@dataclass(frozen=True, slots=True)
class SymbolFacts:
    """``spread`` as a fraction of the mid price, ``market_cap`` USD, ``beta`` as its source gives it."""

    spread: float | None = None
    market_cap: float | None = None
    beta: float | None = None
    sector: str | None = None

    def over(self, other: SymbolFacts) -> SymbolFacts:
        """Its own words where it has any, else the other's."""
        return SymbolFacts(
            spread=other.spread if self.spread is None else self.spread,
            market_cap=other.market_cap if self.market_cap is None else self.market_cap,
            beta=other.beta if self.beta is None else self.beta,
            sector=self.sector or other.sector,
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of many symbols from one or more sources, none newer than ``as_of_day``."""

    known: Mapping[str, SymbolFacts] = field(default_factory=dict)
    source: str = "none"
    as_of_day: date | None = None

    def of(self, symbol: str) -> SymbolFacts:
        return self.known.get(symbol, NOTHING)

    def with_more(self, known: Mapping[str, SymbolFacts]) -> Facts:
        """With what another source knows beside it; what was known already stands."""
        more = {symbol: self.of(symbol).over(one) for symbol, one in known.items()}
        return replace(self, known={**self.known, **more})


NOTHING = SymbolFacts()
