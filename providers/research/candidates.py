"""Tradable candidates computed from each asset's move over the lens' window."""

from __future__ import annotations

from collections.abc import Iterable

from core.schemas.research import Bias, TradableCandidate, WatchIndicator
from providers.research.crowding import crowded
from providers.research.levels import turning_level, weekly_volatility
from providers.research.regime import Readings, percent

CLEAR = 0.5
CANDIDATES = 4


def candidates(readings: Readings, symbols: Iterable[str]) -> tuple[TradableCandidate, ...]:
    """The largest moves first (crowded ones before all for a lens that fades them), up to four."""
    moves = {symbol: move for symbol in symbols if (move := readings.move(symbol)) is not None}
    order = sorted(
        moves, key=lambda symbol: (not _faded(readings, symbol), -abs(moves[symbol]), symbol)
    )
    return tuple(_candidate(readings, symbol, moves[symbol]) for symbol in order[:CANDIDATES])


def _faded(readings: Readings, symbol: str) -> bool:
    return readings.lens.fades_crowds and bool(crowded(readings, symbol))


def _candidate(readings: Readings, symbol: str, move: float) -> TradableCandidate:
    faded = _faded(readings, symbol)
    side = _side(move, faded=faded)
    score, rsi = readings.get(symbol, "zscore_return_20d"), readings.get(symbol, "rsi_14")
    stretch = f"{_signed(score)} deviations, RSI {'unknown' if rsi is None else f'{rsi:.0f}'}"
    thesis = [
        (
            f"Computed: {symbol} {percent(readings.change(symbol))} over {readings.lens.words}, "
            f"{move:+.2f} volatilities of that window."
        )
    ]
    if faded:
        thesis.append(f"The move is stretched and one-sided ({stretch}): it is faded.")
    against = "The crowd may be right for another week" if faded else "A stretched move may turn"
    return TradableCandidate(
        instrument=symbol,
        directional_bias={1: Bias.BULLISH, -1: Bias.BEARISH, 0: Bias.NEUTRAL}[side],
        one_week_thesis=tuple(thesis),
        primary_risks=(f"{against} ({stretch}).",),
        watch_indicators=_watched(readings, symbol),
        invalidation_rule=_invalidation(readings, symbol, side),
    )


def _side(move: float, *, faded: bool) -> int:
    """+1 bullish, −1 bearish, 0 where the move is no clearer than half a volatility."""
    if faded:
        return -1 if move > 0 else 1
    return 0 if abs(move) < CLEAR else 1 if move > 0 else -1


def _watched(readings: Readings, symbol: str) -> tuple[WatchIndicator, ...]:
    """The 20-session mean, where there is one."""
    mean = readings.get(symbol, "sma_20")
    if mean is None:
        return ()
    return (
        WatchIndicator(
            name="sma_20",
            type="price level",
            bullish_condition=f"price above {mean:.2f}",
            bearish_condition=f"price below {mean:.2f}",
            check_frequency="each checkpoint",
        ),
    )


def _invalidation(readings: Readings, symbol: str, side: int) -> str:
    """The first mean the price would have to cross against the idea, else a loss by volatility."""
    week = weekly_volatility(readings, symbol)
    if side == 0:
        return f"A move of more than {week:.1%} from here ends the neutral view."
    level = turning_level(readings, symbol, side)
    if level is not None:
        way = "below" if side > 0 else "above"
        return f"price {way} {level.price:.2f} (the frozen sma_{level.sessions})"
    return f"return_since_entry below {-1.5 * week:.4f} (1.5 weekly volatilities)"


def _signed(value: float | None) -> str:
    return "unknown" if value is None else f"{value:+.2f}"
