"""The circuit breaker's arithmetic: a gauge of one scope, and when it halts and releases, exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from core.policy import BreakerLimits
from core.schemas.breaker import Cause
from core.types import CENT, Money

ZERO = Decimal(0)
HUNDRED = Decimal(100)
SHOWN = Decimal("0.000001")
"""Per cent are told to six places; what decides is never rounded."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """Equity of a scope in USD with its highest value so far, and its newest trades in a row.

    ``losses`` and ``wins`` are streaks of closed trades net of costs: one of them is always 0, and a
    trade that brought exactly nothing ends both.
    """

    equity: Money = ZERO
    peak: Money = ZERO
    losses: int = 0
    wins: int = 0

    @property
    def drawdown_pct(self) -> Decimal:
        """Per cent below the peak, 0 at it; a scope that never had money is at its peak."""
        if self.peak <= 0:
            return ZERO
        return (self.peak - self.equity) * HUNDRED / self.peak

    @property
    def drawdown_shown(self) -> Decimal:
        return self.drawdown_pct.quantize(SHOWN, rounding=ROUND_HALF_EVEN)

    def seen_at(self, equity: Money) -> Gauge:
        return replace(self, equity=equity, peak=max(self.peak, equity))

    def with_deposit(self, amount: Money) -> Gauge:
        """Money put in is neither won nor a drawdown made good."""
        return replace(self, equity=self.equity + amount, peak=self.peak + amount)

    def with_flow(self, amount: Money) -> Gauge:
        """Money put in (positive) or taken out of a running account: its drawdown stays as it is.

        The peak moves with the equity, to the cent; without money left there is nothing to fall from.
        """
        after = self.equity + amount
        if self.equity <= 0 or after <= 0:
            return replace(self, equity=after, peak=max(after, ZERO))
        peak = (self.peak * after / self.equity).quantize(CENT, rounding=ROUND_HALF_EVEN)
        return replace(self, equity=after, peak=max(after, peak))

    def with_trade(self, pnl: Money) -> Gauge:
        """``pnl`` of one closed trade, net of every cost (USD)."""
        return replace(
            self,
            losses=self.losses + 1 if pnl < 0 else 0,
            wins=self.wins + 1 if pnl > 0 else 0,
        )

    def with_trades(self, pnls: Iterable[Money]) -> Gauge:
        gauge = self
        for pnl in pnls:
            gauge = gauge.with_trade(pnl)
        return gauge

    def afresh(self) -> Gauge:
        """Measured anew from here, as after a person's reset."""
        return Gauge(equity=self.equity, peak=self.equity)


@dataclass(frozen=True, slots=True)
class Reading:
    """A threshold that was passed: per cent of the peak, or trades in a row."""

    cause: Cause
    value: Decimal
    threshold: Decimal


def halts(gauge: Gauge, limits: BreakerLimits) -> tuple[Reading, ...]:
    """Every cause that halts: a drawdown over its limit, as many losses in a row as theirs."""
    found = []
    if below_peak(gauge, limits.drawdown_halt_pct) > 0:
        limit = limits.drawdown_halt_pct
        found.append(Reading(Cause.DRAWDOWN, gauge.drawdown_shown, limit))
    if gauge.losses >= limits.consecutive_loss_halt:
        limit = Decimal(limits.consecutive_loss_halt)
        found.append(Reading(Cause.LOSSES, Decimal(gauge.losses), limit))
    return tuple(found)


def releases(shadow: Gauge, limits: BreakerLimits) -> tuple[Reading, ...]:
    """Every cause that the shadow of a halted scope has made good."""
    found = []
    if below_peak(shadow, limits.drawdown_resume_pct) < 0:
        limit = limits.drawdown_resume_pct
        found.append(Reading(Cause.DRAWDOWN, shadow.drawdown_shown, limit))
    if shadow.wins >= limits.win_streak_resume:
        limit = Decimal(limits.win_streak_resume)
        found.append(Reading(Cause.LOSSES, Decimal(shadow.wins), limit))
    return tuple(found)


def below_peak(gauge: Gauge, limit_pct: Decimal) -> Decimal:
    """Positive beyond a drawdown of ``limit_pct``, 0 exactly at it: no quotient, nothing rounded."""
    return (gauge.peak - gauge.equity) * HUNDRED - limit_pct * gauge.peak


def handed_back(account: Gauge, shadow: Gauge) -> Money:
    """The peak (USD, to the cent) an account is measured from once its shadow released it.

    It stands as far below as the shadow does, never further than below its own highest equity.
    """
    if shadow.equity <= 0 or shadow.equity >= shadow.peak:
        return account.equity
    peak = (account.equity * shadow.peak / shadow.equity).quantize(CENT, rounding=ROUND_HALF_EVEN)
    return max(account.equity, min(account.peak, peak))
