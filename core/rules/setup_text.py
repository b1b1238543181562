"""A setup of a cycle in words, the same for what is asked of memory and for what is remembered."""

from __future__ import annotations

from core.rules.situation import situation_text
from core.schemas.cycle import CycleSymbol


def setup_text(asset: CycleSymbol) -> str:
    """Without prices, dates or the symbol: what makes one setup like another."""
    return situation_text(asset.sector, asset.indicators)
