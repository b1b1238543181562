"""An account that trades on paper's paper: weekly targets on recorded prices, no order, no broker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.policy import RiskLimits
from core.rules.account_book import AccountBook
from core.rules.invalidation import Live, rules_met_by
from core.rules.ledger import AccountState, apply_cash, equity
from core.rules.shadow_fills import BASIS_POINTS, traded_to
from core.rules.sizing import quantity
from core.schemas.risk import Target
from core.types import CENT, Direction, Shares

ZERO = Decimal(0)
SESSIONS_A_YEAR = 252


@dataclass(frozen=True, slots=True)
class ShadowWeek:
    """A target and what came of it: ``wanted`` signed shares still to be traded to, None when done.

    ``sessions`` counts the marks since entry, the entry session's own included; ``peak_return`` is
    the best return since entry at a mark (at least 0). ``leaving``: closed at the next mark.
    """

    target: Target
    entry_session: date
    wanted: Shares | None
    entry_price: Decimal | None = None
    sessions: int = 0
    peak_return: float = 0.0
    leaving: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class Shadow:
    """The books of a shadow account and the week it is in."""

    state: AccountState
    week: ShadowWeek | None = None


def shadow_of(book: AccountBook, sessions: int) -> Shadow:
    """A shadow that goes on from where the account is: its books, its week, its orders under way.

    ``sessions`` is how many marks there were since the week's entry session, its own included.
    """
    week = book.week
    if week is None:
        return Shadow(book.ledger)
    expected = book.expected_positions()
    held = {symbol: position.quantity for symbol, position in book.ledger.positions.items()}
    to_trade = expected.get(week.target.instrument or "", ZERO) if expected != held else None
    return Shadow(
        book.ledger,
        ShadowWeek(
            target=week.target,
            entry_session=week.entry_session,
            wanted=to_trade,
            entry_price=week.entry_price,
            sessions=sessions,
            peak_return=week.peak_return,
            over=week.closed,
        ),
    )


def retarget(
    shadow: Shadow,
    target: Target,
    entry_session: date,
    marks: Mapping[str, Decimal],
    terms: RiskLimits,
) -> Shadow:
    """Take up a week's target, sized by the shadow's own equity at ``marks`` (USD a share).

    The weight is the one no halt touched. It is traded at the first mark of ``entry_session`` or
    later; what is held on the target's side is carried over.
    """
    weight = target.weight if target.unhalted_weight is None else target.unhalted_weight
    wanted = ZERO
    if weight and target.reference_price is not None:
        worth = equity(shadow.state, marks)
        fractional = terms.fractional_longs
        wanted = quantity(weight, worth, target.reference_price, fractional_longs=fractional)
    held = shadow.state.quantity(target.instrument) if target.instrument else ZERO
    carried = held * wanted > 0
    entry = target.reference_price if carried else None
    return replace(shadow, week=ShadowWeek(target, entry_session, wanted, entry))


def mark(shadow: Shadow, session: date, prices: Mapping[str, Decimal], terms: RiskLimits) -> Shadow:
    """Live through one session's close: trade what is due, end what has ended, pay for shorts.

    ``prices`` are the closes of this session alone; what has none is not traded and waits. An
    invalidation seen at one close is traded at the next: no decision fills at the price it saw.
    """
    week = shadow.week
    if week is None or session < week.entry_session:
        return _borrow(shadow, prices, terms)
    shadow = replace(shadow, week=replace(week, sessions=week.sessions + 1))
    shadow = _due(shadow, session, prices, terms)
    return _judged(_borrow(shadow, prices, terms), prices)


def _due(shadow: Shadow, session: date, prices: Mapping[str, Decimal], terms: RiskLimits) -> Shadow:
    """The orders of this close: to the week's target, or out of it."""
    week = shadow.week
    assert week is not None  # mark looked
    ends = week.sessions > week.target.horizon.sessions or week.leaving
    if ends and not week.over:
        week = replace(week, wanted=ZERO, over=True)
    if week.wanted is None:
        return replace(shadow, week=week)
    symbols = {*shadow.state.positions, week.target.instrument or ""} - {""}
    targets = dict.fromkeys(symbols, ZERO)
    if week.target.instrument:
        targets[week.target.instrument] = week.wanted
    state = shadow.state
    for symbol in sorted(symbols & set(prices)):
        state = traded_to(state, symbol, targets[symbol], (session, prices[symbol]), terms)
    done = all(state.quantity(symbol) == targets[symbol] for symbol in symbols)
    return Shadow(state, _entered(week, shadow.state, state, done=done))


def _entered(
    week: ShadowWeek, before: AccountState, after: AccountState, *, done: bool
) -> ShadowWeek:
    """The week after its orders: where its view of the position began, and whether all is traded."""
    symbol = week.target.instrument or ""
    position = after.positions.get(symbol)
    entry = week.entry_price
    if position is None:
        entry = None
    elif entry is None and position.quantity != before.quantity(symbol):
        entry = position.average_cost
    return replace(week, wanted=None if done else week.wanted, entry_price=entry)


def _borrow(shadow: Shadow, prices: Mapping[str, Decimal], terms: RiskLimits) -> Shadow:
    """One session's borrow cost of each short, to the cent."""
    rate = terms.borrow_bps / BASIS_POINTS / SESSIONS_A_YEAR
    state = shadow.state
    for symbol, position in sorted(shadow.state.positions.items()):
        if position.quantity < 0 and symbol in prices:
            cost = (-position.quantity * prices[symbol] * rate).quantize(CENT)
            state = apply_cash(state, -cost, symbol) if cost else state
    return replace(shadow, state=state)


def _judged(shadow: Shadow, prices: Mapping[str, Decimal]) -> Shadow:
    """Whether one of the week's typed invalidations holds at this close."""
    week = shadow.week
    assert week is not None  # mark looked
    symbol = week.target.instrument or ""
    held, price, entry = shadow.state.quantity(symbol), prices.get(symbol), week.entry_price
    if not held or price is None or entry is None or week.over or week.wanted is not None:
        return shadow
    side = Direction.LONG if held > 0 else Direction.SHORT
    since = side.sign * (float(price / entry) - 1.0)
    peak = max(week.peak_return, since)
    live = Live(float(price), since, min(0.0, since - peak), week.sessions)
    met = rules_met_by(week.target.invalidation_rules, live, week.target.frozen_levels)
    return replace(shadow, week=replace(week, peak_return=peak, leaving=any(met)))
