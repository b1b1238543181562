"""What a shadow line keeps of an account: its own purse, the account's, and orders under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal

from core.types import Money, Shares, WeekId

ZERO = Decimal(0)
WHOLE = Decimal(1)
FRACTION = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Purse:
    """Cash in USD and signed shares by symbol; a flat symbol is absent."""

    cash: Money
    shares: Mapping[str, Shares] = field(default_factory=dict)

    def held(self, symbol: str) -> Shares:
        return self.shares.get(symbol, ZERO)

    def traded(self, symbol: str, signed: Shares, price: Decimal, commission: Money) -> Purse:
        """The purse after buying (positive) or selling at ``price`` USD a share."""
        left = self.held(symbol) + signed
        shares = {name: held for name, held in self.shares.items() if name != symbol}
        if left:
            shares[symbol] = left
        return Purse(self.cash - signed * price - commission, shares)

    def paid(self, amount: Money) -> Purse:
        return replace(self, cash=self.cash - amount)

    def worth(self, marks: Mapping[str, Decimal]) -> Money:
        """USD: cash plus signed shares at mark; KeyError for a held symbol without one."""
        return sum((held * marks[name] for name, held in self.shares.items()), self.cash)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a trade costs that no broker billed, in basis points; the settings in force."""

    slippage_bps: Decimal = ZERO
    commission_bps: Decimal = ZERO
    borrow_bps: Decimal = ZERO
    fractional_longs: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """A trade the line still has to make: ``quantity`` signed shares to come.

    With ``order`` it fills as that order of the account does, whose ``open`` shares (positive) are
    still to come; without, at the next recorded price.
    """

    symbol: str
    quantity: Shares
    closes: bool
    order: str | None = None
    open: Shares = ZERO

    def part(self, filled: Shares) -> Shares:
        """Signed shares that fill when ``filled`` shares of the account's order do."""
        if filled >= self.open:
            return self.quantity
        step = WHOLE if self.quantity == self.quantity.to_integral_value() else FRACTION
        return (self.quantity * filled / self.open).quantize(step, rounding=ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class ShadowWeek:
    """The week's frozen view; ``seen`` counts marked sessions after the entry session."""

    week_id: WeekId
    instrument: str | None
    horizon_sessions: int
    entry_session: date
    decided_at: datetime
    seen: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class ShadowBook:
    """A line beside its account; ``marks`` are the newest prices of what either holds (USD)."""

    own: Purse
    actual: Purse
    legs: tuple[Leg, ...] = ()
    week: ShadowWeek | None = None
    marks: Mapping[str, Decimal] = field(default_factory=dict)

    def worth(self) -> Money:
        """The line's equity in USD at the newest marks."""
        return self.own.worth(self.marks)

    def expected(self) -> dict[str, Shares]:
        """The line's signed shares once every order under way has filled; flat symbols are absent."""
        totals = dict(self.own.shares)
        for leg in self.legs:
            totals[leg.symbol] = totals.get(leg.symbol, ZERO) + leg.quantity
        return {symbol: quantity for symbol, quantity in totals.items() if quantity}

    def with_marks(self, prices: Mapping[str, Decimal]) -> ShadowBook:
        """Newest prices of what is held, by either; the rest is forgotten."""
        known = {**self.marks, **prices}
        held = {*self.own.shares, *self.actual.shares}
        return replace(self, marks={name: known[name] for name in sorted(held) if name in known})
