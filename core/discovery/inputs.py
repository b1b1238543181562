"""What a round of discovery looks at, and which of it may be suggested at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.discovery.aligned import Bools
from core.discovery.facts import NO_SECTOR, Facts
from core.discovery.fuzzy import Holdings
from core.discovery.measures import Measures
from core.discovery.panel import Panel
from core.discovery.ports import CompanySource, FactsSource
from core.discovery.sectors import IN_FILE
from core.ports import Recall


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a round looks at; ``facts`` holds sectors, ``more`` is asked for what bars do not say.

    ``companies`` is asked before anybody picks, and ``told_by`` names who told a sector, where that is
    not the file.
    Only symbols of ``universe`` may be suggested: the panel holds the benchmark as well.
    """

    strategy: str
    panel: Panel
    universe: frozenset[str]
    facts: Facts
    holdings: Holdings
    watchlist: tuple[str, ...] = ()
    benchmark: str = "SPY"
    more: FactsSource | None = None
    companies: CompanySource | None = None
    told_by: Mapping[str, str] = field(default_factory=dict)
    recall: Recall | None = None


def may_suggest(inputs: Inputs, measures: Measures) -> Bools:
    """What may be suggested at all: listed, with a bar of the newest session."""
    listed = np.array([symbol in inputs.universe for symbol in inputs.panel.symbols], dtype=bool)
    return np.asarray(listed & (measures.bars.stale == 0))


def sectors_told(inputs: Inputs) -> Mapping[str, int]:
    """How many of the panel's symbols have their sector from whom; ``unknown`` where nobody knows."""
    counts = Counter(
        inputs.told_by.get(symbol, IN_FILE) if inputs.facts.of(symbol).sector else NO_SECTOR
        for symbol in inputs.panel.symbols
    )
    return dict(sorted(counts.items()))
