"""What discovery asks of the outside world: which symbols there are, their bars, and facts beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeAlias

from core.discovery.facts import SymbolFacts
from core.discovery.panel import Panel
from core.discovery.sectors import Sectors

SectorsOn: TypeAlias = Callable[[date], Sectors]
"""What was known of sectors on a day."""


@dataclass(frozen=True, slots=True)
class Universe:
    """The tradable symbols of a listing made on ``day``; ``left_out`` counts by reason what was not."""

    symbols: tuple[str, ...]
    day: date
    source: str
    left_out: Mapping[str, int] = field(default_factory=dict)


class UniverseSource(Protocol):
    def universe(self, as_of: datetime) -> Universe:
        """The newest listing made at or before ``as_of``, never a later one.

        NoBars when none is known of that time, MarketUnavailable when it cannot be had now.
        """
        ...


class WholeMarket(Protocol):
    def panel(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> Panel:
        """Bars of the last ``sessions`` sessions closed at ``as_of``, nothing later.

        A symbol of which nothing can be trusted has no row. NoBars when no symbol has any bar,
        MarketUnavailable when the source gives no answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Companies:
    """What is known of some companies; ``silence`` says why nothing is known of the others."""

    known: Mapping[str, SymbolFacts] = field(default_factory=dict)
    silence: str = ""


class CompanySource(Protocol):
    """Sector, market capitalisation and beta, each of the day on which it was asked.

    What was asked after ``as_of`` is never known at ``as_of``; nothing here raises a MarketError.
    """

    @property
    def source(self) -> str: ...

    def companies(self, symbols: Sequence[str], as_of: datetime) -> Companies:
        """Those of ``as_of``'s day, asked for where nobody has yet and the day is still now."""
        ...

    def sectors(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, str]:
        """What was told by then and is not too old; nobody is asked."""
        ...


class FactsSource(Protocol):
    @property
    def source(self) -> str: ...

    def facts(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, SymbolFacts]:
        """What is known at ``as_of``; a symbol of which nothing is known is absent."""
        ...
