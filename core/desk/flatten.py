"""Flattening: every account's position closed by orders through the same route, again until it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.desk.broker_standing import blocked_accounts
from core.desk.closing_orders import closing_orders
from core.desk.desk import Desk
from core.desk.observing import known_quotes, observation, was_observed
from core.desk.order_route import RecordingRoute
from core.desk.parties import Party, parties
from core.desk.withdrawing import taken
from core.desk.writing import account_stream, new_event
from core.errors import BrokerError, CouncilError
from core.events.account import OrderCancelled, OrderIntended
from core.events.envelope import Append, Event, NewEvent
from core.rules.account_book import AccountBook
from core.schemas.order import OrderIntent, OrderStatus, Purpose
from core.types import StreamId

SLOT = "flatten"
REASON = "everything is flattened"
REST = timedelta(minutes=5)
"""How long after a refused close the account is left alone: asked every second, a broker that says
no would be asked every second."""


@dataclass(frozen=True, slots=True)
class Flattened:
    """Orders stored to close positions, orders taken back, and what could not be taken back (lines)."""

    ordered: int
    cancelled: int
    still_open: tuple[str, ...] = ()


def flatten_due(desk: Desk) -> bool:
    """Whether flattening was asked for and something is held or under way that no such order closes.

    Also while such an order has not gone out, unless its account is blocked. Not for an account whose
    close was refused just now: it is tried again after a rest.
    """
    disabled = desk.switch.disabled()
    if disabled is None or not disabled.flatten:
        return False
    now, blocked = desk.clock.now(), blocked_accounts(desk)
    return any(
        (_left(book) and not _rests(book, now))
        or (_unsent(book) and book.account_id not in blocked)
        for party in parties(desk)
        for book in party.books(desk)
    )


def flatten(desk: Desk, at: datetime) -> Flattened:
    """Take back what is under way and order the close of all that is held, strategies' included.

    Orders that fill meanwhile are closed by the next call: repeat it while `flatten_due`. A price
    that nobody gives stops nothing; the intent then refers to the last mark, or to what was paid.
    A broker that fails one party stops no other: its error is raised when all were looked at.
    """
    ordered = cancelled = 0
    stuck: list[str] = []
    troubles: list[CouncilError] = []
    for party in parties(desk):
        try:
            party.settle(desk, at)
            cancelled += _take_back(desk, party, at, stuck)
            due = [book for book in party.books(desk) if _left(book) and not _rests(book, at)]
            ordered += len(_order(desk, at, party, due))
        except CouncilError as error:
            troubles.append(error)
    if troubles:
        raise troubles[0]
    return Flattened(ordered, cancelled, tuple(stuck))


def _take_back(desk: Desk, party: Party, at: datetime, stuck: list[str]) -> int:
    """Record the end of every order that could be taken back; how many there were."""
    cancelled = 0
    for book in party.books(desk):
        for event in _taken_back(desk, book, at, stuck):
            stream = account_stream(book.account_id)
            version = desk.books.book(book.account_id).version
            desk.store.commit([Append(stream, [event], version)])
            cancelled += 1
    return cancelled


def _left(book: AccountBook) -> bool:
    """Whether it holds or awaits anything, and no flattening order is under way."""
    open_orders = book.open_orders.values()
    if any(order.intent.purpose is Purpose.FLATTEN for order in open_orders):
        return False
    return bool(book.ledger.positions) or bool(open_orders)


def _unsent(book: AccountBook) -> bool:
    """Whether a flattening order was intended and the line broke: settling sends it."""
    return any(
        order.intent.purpose is Purpose.FLATTEN and order.status is OrderStatus.INTENDED
        for order in book.open_orders.values()
    )


def _rests(book: AccountBook, at: datetime) -> bool:
    """Whether a close of it was refused less than a rest ago."""
    return any(
        order.purpose is Purpose.FLATTEN
        and order.status is OrderStatus.REFUSED
        and timedelta() <= at - order.decided_at < REST
        for order in book.finished_orders.values()
    )


def _taken_back(
    desk: Desk, book: AccountBook, at: datetime, stuck: list[str]
) -> Iterator[NewEvent]:
    """Cancellations of every order but those that flatten; what cannot be cancelled is ``stuck``."""
    stream = account_stream(book.account_id)
    for key, order in book.open_orders.items():
        if order.intent.purpose is Purpose.FLATTEN:
            continue
        if order.status is OrderStatus.INTENDED:
            if taken(desk.broker, order.intent):
                RecordingRoute(desk, at).submit([order.intent])
                stuck.append(f"{key}: it had been sent, to be cancelled next")
                continue
        else:
            try:
                there = desk.broker.cancel(book.account_id, key)
            except BrokerError as error:
                stuck.append(f"{key}: {error}")
                continue
            if there.status is not OrderStatus.CANCELLED or there.filled_quantity != order.filled:
                stuck.append(f"{key}: {there.status} at the broker, to be settled first")
                continue
        event = OrderCancelled(client_order_id=key, reason=REASON)
        yield _new(stream, order.intent, event, at)


def _order(
    desk: Desk, at: datetime, party: Party, books: Sequence[AccountBook]
) -> list[OrderIntent]:
    """Store what was seen and what is intended in one transaction, then send it.

    What was seen of a strategy's own symbols is in its intents alone: the council's market stream
    never hears of them.
    """
    council = [book for book in books if party.strategy_of(book) is None]
    quotes = known_quotes(desk, _held(council), at)
    prices = {symbol: quote.price for symbol, quote in quotes.items()}
    appends = []
    intents: list[OrderIntent] = []
    for book in books:
        own = party.own_prices(book, at)
        closing = list(closing_orders(desk, book, prices if own is None else own, at))
        stream = account_stream(book.account_id)
        new = [_new(stream, intent, OrderIntended(intent=intent), at) for intent in closing]
        appends += [Append(stream, new, book.version)] if new else []
        intents += closing
    if quotes and not was_observed(desk, at, SLOT):
        appends.append(observation(desk, at, SLOT, quotes))
    if intents:
        desk.store.commit(appends)
        RecordingRoute(desk, at).submit(intents)
    return intents


def _held(books: Sequence[AccountBook]) -> list[str]:
    return sorted({symbol for book in books for symbol in book.ledger.positions})


def _new(stream: StreamId, intent: OrderIntent, event: Event, at: datetime) -> NewEvent:
    what = [intent.client_order_id]
    return new_event(stream, event, what, at, week_id=intent.week_id, run_id=intent.run_id)
