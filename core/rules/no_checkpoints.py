"""An account had no checkpoint ever acted: the same weeks, horizons and costs, from its own events.

The line follows the account's weekly and horizon orders with its own shares: where both trade the same
leg, at the account's fills; where only the line has to (its account had left the position already),
at the price of the session's open or close that ``UniverseMarked`` records, with the costs in force.
It is sized by its own equity, and a refused order is refused for it as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from core.events.account import AccountOpened, BorrowCharged, TargetSet
from core.events.market import UniverseMarked
from core.market import PriceKind
from core.rules.costs import borrow_for_a_session, commission, slipped
from core.rules.orders import Plan, plan_orders
from core.rules.shadow_book import ZERO, Leg, Purse, ShadowBook, ShadowWeek, Terms
from core.rules.sizing import quantity
from core.schemas.order import WEEKLY, BrokerFill, OrderIntent, Purpose
from core.schemas.risk import Target
from core.types import Shares, Side, to_money

LINE = "no_checkpoints"
OF_CHECKPOINTS = (Purpose.CHECKPOINT_CLOSE, Purpose.CHECKPOINT_OPEN)


def opened(event: AccountOpened) -> ShadowBook:
    purse = Purse(event.starting_cash)
    return ShadowBook(own=purse, actual=purse)


def take_up(book: ShadowBook, event: TargetSet, decided_at: datetime, terms: Terms) -> ShadowBook:
    """A new week: from what the line will hold to the week's weight of its own equity.

    While the line equals its account it wants exactly what the account was given.
    """
    target = event.target
    wanted = _wanted(book, target, terms)
    kept = replace(book, legs=tuple(leg for leg in book.legs if leg.order is not None))
    aim = {target.instrument: wanted} if target.instrument and wanted else {}
    unpriced = dict.fromkeys({*kept.expected(), *aim}, ZERO)  # a leg fills at recorded prices
    plan = Plan(target.account_id, event.week_id, event.run_id, decided_at, unpriced)
    orders = plan_orders(plan, kept.expected(), aim)
    week = ShadowWeek(
        week_id=event.week_id,
        instrument=target.instrument,
        horizon_sessions=target.horizon.sessions,
        entry_session=event.entry_session,
        decided_at=decided_at,
    )
    return replace(kept, legs=(*kept.legs, *map(_leg, orders)), week=week)


def _wanted(book: ShadowBook, target: Target, terms: Terms) -> Shares:
    if book.own == book.actual or not target.quantity or target.reference_price is None:
        return target.quantity
    marks = {**book.marks, target.instrument or "": target.reference_price}
    worth = target.equity + book.own.worth(marks) - book.actual.worth(marks)
    return quantity(
        target.weight, worth, target.reference_price, fractional_longs=terms.fractional_longs
    )


def _leg(intent: OrderIntent) -> Leg:
    signed = intent.quantity * intent.side.sign
    return Leg(intent.symbol, signed, closes=intent.purpose is Purpose.WEEKLY_CLOSE)


def intended(book: ShadowBook, intent: OrderIntent) -> ShadowBook:
    """An order of the account: what it means for the line, unless a checkpoint gave it."""
    if intent.purpose in OF_CHECKPOINTS:
        return book
    if intent.purpose in WEEKLY:
        return _follows(book, intent)
    return _closes_with(book, intent)


def _follows(book: ShadowBook, intent: OrderIntent) -> ShadowBook:
    """The line's own leg of that kind fills with this order."""
    closes = intent.purpose is Purpose.WEEKLY_CLOSE
    legs = tuple(
        replace(leg, order=intent.client_order_id, open=intent.quantity)
        if leg.order is None
        and (leg.symbol, leg.closes) == (intent.symbol, closes)
        and leg.quantity * intent.side.sign > 0
        else leg
        for leg in book.legs
    )
    return replace(book, legs=legs)


def _closes_with(book: ShadowBook, intent: OrderIntent) -> ShadowBook:
    """A horizon's end (or whatever else closes without a checkpoint) closes the line's position whole."""
    held = book.expected().get(intent.symbol, ZERO)
    if held * intent.side.sign >= 0:
        return book  # the account stands on the other side: the session's mark closes the line
    leg = Leg(intent.symbol, -held, True, intent.client_order_id, intent.quantity)
    week = book.week
    if week is not None and intent.purpose is not Purpose.LEFT_OVER:
        week = replace(week, closed=True)
    return replace(book, legs=(*book.legs, leg), week=week)


def filled(book: ShadowBook, fill: BrokerFill) -> ShadowBook:
    """The account's fill, and the line's share of it."""
    signed = fill.quantity * fill.side.sign
    actual = book.actual.traded(fill.symbol, signed, fill.price, fill.commission)
    own, legs = book.own, []
    for leg in book.legs:
        if leg.order != fill.client_order_id:
            legs.append(leg)
            continue
        part = leg.part(fill.quantity)
        cost = to_money(fill.commission * abs(part) / fill.quantity)
        own = own.traded(fill.symbol, part, fill.price, cost)
        left = replace(leg, quantity=leg.quantity - part, open=leg.open - fill.quantity)
        legs += [left] if left.quantity else []
    known = {fill.symbol: fill.price} if fill.symbol not in book.marks else {}
    return replace(book, own=own, actual=actual, legs=tuple(legs)).with_marks(known)


def ended(book: ShadowBook, client_order_id: str) -> ShadowBook:
    """Refused or cancelled: what had not filled will not."""
    return replace(book, legs=tuple(leg for leg in book.legs if leg.order != client_order_id))


def charged(book: ShadowBook, event: BorrowCharged) -> ShadowBook:
    """Borrow of the account's short, and of the line's by the shares it is short."""
    theirs, own = book.actual.held(event.symbol), book.own.held(event.symbol)
    amount = to_money(event.amount * own / theirs) if theirs < 0 and own < 0 else ZERO
    return replace(book, own=book.own.paid(amount), actual=book.actual.paid(event.amount))


def marked(book: ShadowBook, event: UniverseMarked, terms: Terms) -> ShadowBook:
    """The session's end: legs nobody fills for the line, its horizon, and the prices it is worth."""
    opens = {one.symbol: one.price for one in event.opens if one.kind is PriceKind.OPEN}
    closes = {one.symbol: one.price for one in event.prices}
    week = book.week
    if week is not None and event.session >= week.entry_session:
        first = event.session == week.entry_session and all(
            one.known_at > week.decided_at for one in event.opens
        )
        book = _traded(book, {**closes, **opens} if first else closes, terms)
        book = _at_horizon(book, event, closes, terms)
    return book.with_marks(closes)


def _traded(book: ShadowBook, prices: Mapping[str, Decimal], terms: Terms) -> ShadowBook:
    due = [leg for leg in book.legs if leg.order is None and leg.symbol in prices]
    own = book.own
    for leg in due:
        side = Side.BUY if leg.quantity > 0 else Side.SELL
        price = slipped(prices[leg.symbol], side, terms.slippage_bps)
        cost = commission(abs(leg.quantity), price, terms.commission_bps)
        own = own.traded(leg.symbol, leg.quantity, price, cost)
    return replace(book, own=own, legs=_without(book.legs, due))


def _without(legs: Sequence[Leg], gone: Sequence[Leg]) -> tuple[Leg, ...]:
    return tuple(leg for leg in legs if leg not in gone)


def _at_horizon(
    book: ShadowBook, event: UniverseMarked, closes: Mapping[str, Decimal], terms: Terms
) -> ShadowBook:
    """Count the session, and close at its close what the account no longer holds to close it with."""
    week = book.week
    if week is None or event.session == week.entry_session:
        return book
    week = replace(week, seen=week.seen + 1)
    book = replace(book, week=week)
    symbol = week.instrument or ""
    held = book.expected().get(symbol, ZERO)
    due = week.seen >= week.horizon_sessions and not week.closed and symbol in closes
    if not due or not held or book.actual.held(symbol) * held > 0:
        return book
    leg = Leg(symbol, -held, closes=True)
    book = replace(book, legs=(*book.legs, leg), week=replace(week, closed=True))
    return _traded(book, closes, terms)


def borrowed(book: ShadowBook, event: UniverseMarked, terms: Terms) -> ShadowBook:
    """One session's borrow of shorts the account does not have: nobody charges it for those."""
    prices = {one.symbol: one.price for one in event.prices}
    own = book.own
    for symbol, held in sorted(own.shares.items()):
        if held < 0 and symbol in prices and book.actual.held(symbol) >= 0:
            own = own.paid(borrow_for_a_session(-held, prices[symbol], terms.borrow_bps))
    return replace(book, own=own)
