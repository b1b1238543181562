"""The council lab's shadow accounts: a week's picks traded at recorded prices, each on its own equity.

A line enters at the opens of its week's first session (its close where no open is recorded, or where
the decision came after it), leaves at the close at which a horizon ends, and pays what the desk's own
simulated trades pay. No checkpoint and no breaker acts on it: it says what choosing was worth, alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from core.events.market import UniverseMarked
from core.policy import RiskLimits
from core.rules.costs import borrow_for_a_session, commission, slipped
from core.rules.lab_picks import Pick
from core.rules.shadow_book import ZERO, Purse
from core.rules.sizing import quantity
from core.types import Money, Shares, Side


@dataclass(frozen=True, slots=True)
class Holding:
    """Signed shares wanted until ``sessions`` marks after the entry session's; None: to the week's end."""

    symbol: str
    quantity: Shares
    sessions: int | None


@dataclass(frozen=True, slots=True)
class LabBook:
    """A line: its purse, what it wants, and how often it was marked since its first week began.

    ``seen`` counts marks after the entry session; ``marks`` are the newest prices (USD) of what it
    holds; ``priced`` of its ``sessions`` had a price for everything it held or still had to trade;
    ``closed`` counts positions that came to an end.
    """

    purse: Purse
    wants: tuple[Holding, ...] = ()
    seen: int = 0
    marks: Mapping[str, Decimal] = field(default_factory=dict)
    sessions: int = 0
    priced: int = 0
    closed: int = 0

    def worth(self) -> Money:
        """The line's equity in USD at the newest marks."""
        return self.purse.worth(self.marks)

    @property
    def coverage(self) -> Decimal:
        """Sessions with a price for what it held, of all; 1 before the first."""
        return Decimal(self.priced) / self.sessions if self.sessions else Decimal(1)

    def wanted(self) -> dict[str, Shares]:
        """Signed shares by symbol, of what it wants or holds; 0 to be sold off."""
        totals: dict[str, Shares] = dict.fromkeys(self.purse.shares, ZERO)
        for one in self.wants:
            totals[one.symbol] = totals.get(one.symbol, ZERO) + one.quantity
        return totals


def closes_of(event: UniverseMarked) -> dict[str, Decimal]:
    return {one.symbol: one.price for one in event.prices}


def entry_prices(event: UniverseMarked, decided_at: datetime) -> dict[str, Decimal] | None:
    """USD a share at which orders decided then fill in this session; None when it had closed before."""
    if any(one.known_at <= decided_at for one in event.prices):
        return None
    opens = {one.symbol: one.price for one in event.opens if one.known_at > decided_at}
    return {**closes_of(event), **opens}


def entered(
    book: LabBook,
    picks: Iterable[Pick],
    prices: Mapping[str, Decimal],
    entries: Mapping[str, Decimal],
    terms: RiskLimits,
) -> tuple[LabBook, Money]:
    """The line in its new week, and what it was worth as the old week ended (USD).

    Sized at ``prices``, those the decision saw, traded at ``entries``. What is sold off counts at its
    exit and its costs, the rest at the entry prices: one week ends and the next begins with one number.
    """
    worth = book.purse.worth({**book.marks, **prices})
    wants = tuple(_sized(pick, worth, prices, terms) for pick in picks)
    book = replace(book, wants=tuple(one for one in wants if one.quantity), seen=-1)
    book = _traded(book, entries, terms, opening=False)
    return _traded(book, entries, terms, opening=True), book.worth()


def _sized(pick: Pick, worth: Money, prices: Mapping[str, Decimal], terms: RiskLimits) -> Holding:
    price = prices.get(pick.instrument, ZERO)
    shares = quantity(pick.weight, worth, price, fractional_longs=terms.fractional_longs)
    return Holding(pick.instrument, shares, pick.sessions)


def lived(book: LabBook, closes: Mapping[str, Decimal], terms: RiskLimits) -> LabBook:
    """The line after a session's close: what waited is traded, what has reached its horizon closed."""
    seen = book.seen + 1
    wants = tuple(one for one in book.wants if one.sessions is None or seen < max(one.sessions, 1))
    book = replace(book, seen=seen, wants=wants)
    if seen:
        book = _traded(book, closes, terms, opening=False)
        book = _traded(book, closes, terms, opening=True)
    known = {**book.marks, **closes}
    touched = {*book.purse.shares, *(one.symbol for one in book.wants)}
    return replace(
        book,
        marks={symbol: known[symbol] for symbol in sorted(book.purse.shares)},
        sessions=book.sessions + 1,
        priced=book.priced + (touched <= closes.keys()),
    )


def borrowed(book: LabBook, closes: Mapping[str, Decimal], terms: RiskLimits) -> LabBook:
    """After the mark: one session's borrow of every short, as accounts are charged."""
    purse = book.purse
    for symbol, held in sorted(book.purse.shares.items()):
        if held < 0 and symbol in closes:
            price = closes[symbol]
            purse = purse.paid(borrow_for_a_session(-held, price, terms.borrow_bps))
    return replace(book, purse=purse)


def _traded(
    book: LabBook, prices: Mapping[str, Decimal], terms: RiskLimits, *, opening: bool
) -> LabBook:
    """Everything priced moved toward zero as far as wanted or, ``opening``, away from it."""
    purse = book.purse
    for symbol, wanted in sorted(book.wanted().items()):
        if symbol in prices:
            signed = _step(purse.held(symbol), wanted, opening=opening)
            purse = _filled(purse, symbol, signed, prices[symbol], terms) if signed else purse
    known = {**book.marks, **prices}
    marks = {symbol: known[symbol] for symbol in sorted(purse.shares)}
    ended = len(book.purse.shares.keys() - purse.shares.keys())
    return replace(book, purse=purse, marks=marks, closed=book.closed + ended)


def _step(held: Shares, wanted: Shares, *, opening: bool) -> Shares:
    """Signed shares to trade; closing and opening are orders of their own, as the desk's are."""
    kept = ZERO if held * wanted <= 0 else min(abs(held), abs(wanted)).copy_sign(held)
    return wanted - held if opening else kept - held


def _filled(
    purse: Purse, symbol: str, signed: Shares, market_price: Decimal, terms: RiskLimits
) -> Purse:
    side = Side.BUY if signed > 0 else Side.SELL
    price = slipped(market_price, side, terms.slippage_bps)
    return purse.traded(symbol, signed, price, commission(abs(signed), price, terms.commission_bps))
