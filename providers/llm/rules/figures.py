"""Figures of a symbol as one sentence, unknown ones said to be so."""

from __future__ import annotations

from core.schemas.cycle import CycleSymbol

PLAIN = ("rsi_14", "relative_volume_20", "correlation_spy_60")
"""Figures that are no fractions."""


def told(asset: CycleSymbol, *names: str) -> str:
    """As in ``return_5d -1.2%, rsi_14 48.30``, with a full stop."""
    return ", ".join(f"{name} {_shown(asset, name)}" for name in names) + "."


def _shown(asset: CycleSymbol, name: str) -> str:
    value = asset.indicators.get(name)
    if value is None:
        return "unknown"
    return f"{value:.2f}" if name in PLAIN else f"{value:+.1%}"
