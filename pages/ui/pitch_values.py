"""Numbers of a pitch in their own units."""

from __future__ import annotations

from pages.ui.format import number, percent

IN_PERCENT = ("return", "distance", "drawdown", "volatility")


def value_of(name: str, value: float) -> str:
    """A number in the unit of its indicator: shares of one as per cent."""
    plain = name.rpartition(".")[2]
    if plain.startswith(IN_PERCENT) or "volatility" in plain:
        return percent(value)
    return number(value, 0 if plain == "sessions_held" else 2)
