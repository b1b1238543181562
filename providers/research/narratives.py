"""Narratives computed from prices: the largest moves, what would carry them on, what would end them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.schemas.research import CalendarEvent, Narrative
from providers.research.levels import turning_level, weekly_volatility
from providers.research.regime import Readings, composite, percent

THEMES: Mapping[str, Mapping[str, int]] = {
    "Risk appetite": {"SPY": 1, "HYG": 1, "IWM": 1},
    "Interest rates": {"TLT": -1, "IEF": -1},
    "The dollar": {"UUP": 1},
    "Real assets": {"GLD": 1, "USO": 1},
    "Credit against treasuries": {"HYG": 1, "LQD": 1, "IEF": -1},
}
NARRATIVES = 3
CLEAR = 0.5


def narratives(readings: Readings, events: Sequence[CalendarEvent]) -> tuple[Narrative, ...]:
    """Up to three themes that moved by at least half a volatility, the largest first."""
    moves = {name: composite(readings, weights) for name, weights in THEMES.items()}
    large = sorted(
        ((move, name) for name, move in moves.items() if move is not None and abs(move) >= CLEAR),
        key=lambda item: (-abs(item[0]), item[1]),
    )
    return tuple(_narrative(readings, name, move, events) for move, name in large[:NARRATIVES])


def _narrative(
    readings: Readings, name: str, move: float, events: Sequence[CalendarEvent]
) -> Narrative:
    way = "rising" if move > 0 else "falling"
    parts = ", ".join(f"{symbol} {percent(readings.change(symbol))}" for symbol in THEMES[name])
    dated = [
        f"{event.event} on {event.date_et}: {event.why_matters}"
        for event in events
        if set(event.expected_impact_assets) & set(THEMES[name])
    ]
    return Narrative(
        name=f"{name} {way}",
        why_it_moves_prices_this_week=(
            f"Computed: {move:+.2f} volatilities over {readings.lens.words} ({parts}).",
        ),
        key_catalysts_next_7d=tuple(dated)
        or ("None that the exchange's calendar knows; releases and news were not read.",),
        what_would_falsify_it=tuple(_turns(readings, name, move)),
    )


def _turns(readings: Readings, name: str, move: float) -> list[str]:
    """For each part that went along with the theme: what would say that it turned."""
    return [
        _turn(readings, symbol, 1 if part > 0 else -1)
        for symbol, weight in THEMES[name].items()
        if (part := readings.move(symbol)) is not None and part * weight * move > 0
    ]


def _turn(readings: Readings, symbol: str, side: int) -> str:
    """The crossing of a mean it has not crossed yet; a week's move back where there is none."""
    level = turning_level(readings, symbol, side)
    if level is None:
        back = f"{-side * weekly_volatility(readings, symbol):+.1%}"
        return f"{symbol} moving {back} from here, a weekly volatility against it."
    way = "below" if side > 0 else "above"
    return f"{symbol} closing {way} {level.price:.2f}, its {level.sessions}-session mean."
