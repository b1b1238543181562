"""What an account will still hold though its week does not want it: a close that was refused left it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from core.rules.account_book import ZERO, AccountBook, OpenOrder, WeekBook
from core.schemas.order import OrderStatus, Purpose

UNFILLED = (OrderStatus.REFUSED, OrderStatus.CANCELLED)


def waiting(book: AccountBook) -> list[OpenOrder]:
    """Orders not sent yet because they follow another."""
    every = book.open_orders.values()
    return [one for one in every if one.status is OrderStatus.INTENDED and one.intent.after]


def will_hold(book: AccountBook, symbol: str) -> Decimal:
    """Signed shares once every order has filled that does not wait for another."""
    later = sum((one.remaining for one in waiting(book) if one.intent.symbol == symbol), ZERO)
    return book.expected_positions().get(symbol, ZERO) - later


def left_over(book: AccountBook) -> Iterator[tuple[str, Decimal]]:
    """Symbols with the signed shares of each that nothing under way closes; none before a first week.

    Another symbol than the target's, the wrong side of it, or what a week that is over still holds.
    A position that a checkpoint turned is judged by the next one.
    """
    week = book.week
    if week is None:
        return
    for symbol in sorted(book.ledger.positions):
        held = will_hold(book, symbol)
        if held * book.quantity(symbol) > 0 and not _wanted(week, symbol, held):
            yield symbol, held


def _wanted(week: WeekBook, symbol: str, held: Decimal) -> bool:
    target = week.target
    if symbol != target.instrument or week.closed:
        return False
    return bool(week.flips) or held * target.quantity > 0


def purpose_of(book: AccountBook, symbol: str) -> Purpose:
    """What its close is for: a checkpoint's exit that was refused remains a checkpoint's."""
    week = book.week
    assert week is not None  # nothing is left over before a first week
    unfilled = [one for one in book.finished_orders.values() if one.status in UNFILLED]
    exited = bool(unfilled) and unfilled[-1].purpose is Purpose.CHECKPOINT_CLOSE
    own = week.closed and symbol == week.target.instrument
    return Purpose.CHECKPOINT_CLOSE if own and exited else Purpose.LEFT_OVER
