"""What a run's target would have brought by itself: from cash, at recorded prices, at the desk's costs.

Every run is counted in the same way, the official one too: as if the account had begun the week in
cash, taken the run's weight at the first price after the decision (the open, else the close), kept it to
its horizon's close or, over the whole week, to the first price of the next, and paid slippage,
commission and borrow as simulated trades do. No checkpoint, no breaker and no other order acts on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.events.market import UniverseMarked
from core.policy import RiskLimits
from core.rules.lab_lines import LabBook, borrowed, closes_of, entered, entry_prices, lived
from core.rules.lab_picks import Pick
from core.rules.shadow_book import Purse
from core.types import Money


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run let an account hold: ``pick`` None is FLAT. ``price`` is what it was sized at, in USD.

    ``equity`` (USD) is what the account was worth; ``ends`` the day on which the next week begins.
    """

    pick: Pick | None
    price: Decimal | None
    equity: Money
    decided_at: datetime
    ends: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """Profit in USD after costs, up to the close of ``until``; not ``over`` while it still runs."""

    pnl: Money
    until: date
    over: bool


def outcome(plan: Plan, marks: Sequence[UniverseMarked], terms: RiskLimits) -> Outcome | None:
    """What the plan brought on these marks, in order of session; None where no price tells.

    That is: no session was marked since the decision, or the instrument never had a price.
    """
    if plan.pick is not None and plan.price is None:
        return None
    book: LabBook | None = None
    until: date | None = None
    for mark in marks:
        entries, week_over = entry_prices(mark, plan.decided_at), mark.session >= plan.ends
        if book is None:
            if entries is None or week_over:
                continue
            book = _begun(plan, entries, terms)
        elif week_over:
            sold = _sold(book, mark, entries, terms)
            return _result(plan, book, sold, mark.session if book.purse.shares else until)
        closes = closes_of(mark)
        book = borrowed(lived(book, closes, terms), closes, terms)
        until = mark.session if book.purse.shares or until is None else until
    return None if book is None else _result(plan, book, book, until)


def _begun(plan: Plan, entries: Mapping[str, Decimal], terms: RiskLimits) -> LabBook:
    picks = () if plan.pick is None or not plan.pick.weight else (plan.pick,)
    prices = {one.instrument: plan.price for one in picks if plan.price is not None}
    return entered(LabBook(Purse(plan.equity)), picks, prices, entries, terms)[0]


def _sold(
    book: LabBook,
    mark: UniverseMarked,
    entries: Mapping[str, Decimal] | None,
    terms: RiskLimits,
) -> LabBook:
    """At the next week's first prices."""
    return entered(book, (), {}, entries or closes_of(mark), terms)[0]


def _result(plan: Plan, held: LabBook, after: LabBook, until: date | None) -> Outcome | None:
    """None for what was wanted and could never be bought."""
    if until is None or (held.wants and not held.purse.shares):
        return None
    return Outcome(after.worth() - plan.equity, until, over=not after.wants)
