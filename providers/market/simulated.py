"""Simulated daily bars: calm and crisis regimes, correlated by asset class, repeatable by seed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from core.errors import BadInput
from core.market import BarSeries, Floats
from core.ports import TradingCalendar
from providers.market.daily import DailyBars, DailyBarsMarket
from providers.market.simulated_assets import (
    REGIMES,
    AssetProfile,
    factor_moves,
    in_order,
    profile_of,
)

SOURCE = "SIMULATED"


@dataclass(frozen=True, slots=True)
class SimulatedPeriod:
    """Both days included; prices begin at the first session and depend on it."""

    start: date
    end: date


class SimulatedMarket(DailyBarsMarket):
    """The MarketData port over generated prices, labelled SIMULATED in ``source``.

    A two-state Markov chain (Hamilton 1989, doi:10.2307/1912559) switches all assets between calm
    and crisis; six factors with a correlation matrix a regime move them by their loadings. Every
    draw comes from PCG64 streams keyed by seed and purpose and is used in session order, so a later
    ``end`` or another list of symbols never changes a bar. Prices are rounded to the cent.
    BadInput for an empty period or no symbols.
    """

    def __init__(
        self,
        symbols: Sequence[str],
        seed: int,
        period: SimulatedPeriod,
        calendar: TradingCalendar,
    ) -> None:
        sessions = calendar.sessions(period.start, period.end)
        if not sessions or not symbols:
            raise BadInput(
                f"nothing to simulate for {len(symbols)} symbols from {period.start} to "
                f"{period.end}: give at least one symbol and one trading session"
            )
        world = _World(seed, np.array(sessions, dtype="datetime64[D]"))
        super().__init__(
            DailyBars(
                source=SOURCE,
                adjusted=True,
                series={symbol: world.bars(symbol) for symbol in symbols},
                feeds=dict.fromkeys(symbols, [f"regime-switching seed {seed}"] * len(sessions)),
            ),
            calendar,
        )


class _World:
    """The regimes and factor moves of one seed, shared by every asset."""

    def __init__(self, seed: int, days: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> None:
        self._seed = seed
        self._days = days
        self._crisis = _regime_path(_stream(seed, "regime").random(len(days)))
        shocks = _stream(seed, "factors").standard_normal((len(days), 6))
        self._factors = factor_moves(shocks, self._crisis)

    def bars(self, symbol: str) -> BarSeries:
        profile = profile_of(symbol)
        noise = _stream(self._seed, f"asset {symbol}").standard_normal((len(self._days), 5))
        vol = np.where(self._crisis, REGIMES[1].own, REGIMES[0].own) * profile.own_volatility
        shared = in_order(self._factors, np.array([profile.loadings]))[:, 0]
        moves = shared + vol * noise[:, 0]
        return _shape(symbol, self._days, profile, moves, noise)


def _shape(
    symbol: str,
    days: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    profile: AssetProfile,
    moves: Floats,
    noise: Floats,
) -> BarSeries:
    """Open, high, low and volume around a path of daily log moves; all positive, to the cent."""
    path = np.log(profile.start_price) + np.cumsum(moves)
    size = np.maximum(np.abs(moves), profile.own_volatility)
    overnight = 0.4 * moves + 0.3 * size * noise[:, 1]
    close = _cents(np.exp(path))
    opened = _cents(np.exp(path - moves + overnight))
    high = np.maximum(opened, close) * np.exp(0.4 * size * np.abs(noise[:, 2]))
    low = np.minimum(opened, close) * np.exp(-0.4 * size * np.abs(noise[:, 3]))
    busy = 0.25 * noise[:, 4] + 8.0 * np.abs(moves)
    volume = np.round(profile.volume * np.exp(busy), -2)
    top = np.maximum(_cents(high), np.maximum(opened, close))
    bottom = np.minimum(_cents(low), np.minimum(opened, close))
    return BarSeries(symbol, days, opened, top, bottom, close, volume)


def _cents(prices: Floats) -> Floats:
    return np.maximum(np.round(prices, 2), 0.01)


def _regime_path(uniforms: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """True on crisis days; the chain starts calm and each day draws whether to leave its state."""
    path, crisis = [], False
    for uniform in uniforms.tolist():
        if uniform < REGIMES[crisis].leave:
            crisis = not crisis
        path.append(crisis)
    return np.array(path, dtype=np.bool_)


def _stream(seed: int, purpose: str) -> np.random.Generator:
    """An independent PCG64 stream a purpose; SHA-256 keeps it the same on every machine."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))
