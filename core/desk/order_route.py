"""Brings stored intents to the broker exactly once, and records what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.desk.broker_standing import blocked_accounts
from core.desk.desk import Desk
from core.desk.too_late import too_late
from core.desk.writing import account_stream, new_event
from core.errors import BrokerError, OrderRefused, OrderUnknown, TradingBlocked
from core.events.account import OrderAccepted, OrderRejected
from core.events.envelope import Append, Event
from core.rules.account_book import AccountBook
from core.schemas.execution import OrderOutcome, Submission
from core.schemas.order import BrokerOrder, OrderIntent, OrderStatus, OrderTicket


class RecordingRoute:
    """The `OrderRoute` port for what is decided at ``at``.

    A ticket carries the time it is really sent: an order that goes out hours after its week began
    fills at a price after that, never at one that was known by then.
    The broker is asked for the client order id before anything is sent: an order that was sent but
    not recorded is found by it. An order that follows another waits until that one has filled.
    """

    def __init__(self, desk: Desk, at: datetime) -> None:
        self._desk = desk
        self._store = desk.store
        self._books = desk.books
        self._broker = desk.broker
        self._clock = desk.clock
        self._at = at

    def submit(self, intents: Sequence[OrderIntent]) -> Sequence[OrderOutcome]:
        """Send the intents, or say what became of them before, one outcome an intent.

        What is known of every one is recorded first; then the first that nobody can tell of is raised
        (OrderUnknown, BrokerUnavailable, TradingBlocked): the next resume asks the broker again.
        """
        outcomes = {intent.client_order_id: self._told(intent) for intent in intents}
        waiting = [intent for intent in intents if outcomes[intent.client_order_id] is None]
        blocked = blocked_accounts(self._desk)
        unsent = [intent for intent in waiting if intent.account_id not in blocked]
        troubles: list[BrokerError] = [
            TradingBlocked(f"order {intent.client_order_id} waits: {blocked[intent.account_id]}")
            for intent in waiting
            if intent.account_id in blocked
        ]
        unsent = [intent for intent in unsent if not self._dropped(intent, outcomes)]
        tickets = [self._ticket(intent) for intent in unsent]
        results = self._broker.place_all(tickets) if tickets else ()
        for intent, result in zip(unsent, results, strict=True):
            outcome = self._concluded(intent, result)
            if isinstance(outcome, BrokerError):
                troubles.append(outcome)
            else:
                outcomes[intent.client_order_id] = outcome
        if troubles:
            raise troubles[0]
        return [outcome for outcome in outcomes.values() if outcome is not None]

    def recall(self, book: AccountBook) -> None:
        """Record what the broker has of orders that are only intended; nothing is sent."""
        for order in list(book.open_orders.values()):
            if order.status is OrderStatus.INTENDED:
                self._told(order.intent)

    def _dropped(self, intent: OrderIntent, outcomes: dict[str, OrderOutcome | None]) -> bool:
        """Whether its time is over; that is recorded as a refusal."""
        book, now = self._books.book(intent.account_id), self._clock.now()
        reason = too_late(self._desk.calendar, book, intent, now)
        if reason is not None:
            outcomes[intent.client_order_id] = self._rejected(intent, reason)
        return reason is not None

    def _told(self, intent: OrderIntent) -> OrderOutcome | None:
        """What the log says became of it, else what the broker says; None when it was never sent."""
        known = _known_outcome(self._books.book(intent.account_id), intent)
        if known is not None:
            return known
        order = self._broker.find(intent.account_id, intent.client_order_id)
        return None if order is None else self._accepted(intent, order)

    def _concluded(
        self, intent: OrderIntent, result: BrokerOrder | BrokerError
    ) -> OrderOutcome | BrokerError:
        """The recorded outcome of a ticket; an error where only asking again later can tell."""
        if isinstance(result, OrderRefused):
            return self._rejected(intent, str(result))
        if isinstance(result, OrderUnknown):
            found = self._broker.find(intent.account_id, intent.client_order_id)
            return result if found is None else self._accepted(intent, found)
        return result if isinstance(result, BrokerError) else self._accepted(intent, result)

    def _ticket(self, intent: OrderIntent) -> OrderTicket:
        return OrderTicket(
            client_order_id=intent.client_order_id,
            account_id=intent.account_id,
            symbol=intent.symbol,
            side=intent.side,
            quantity=intent.quantity,
            decided_at=max(intent.decided_at, self._at, self._clock.now()),
        )

    def _accepted(self, intent: OrderIntent, order: BrokerOrder) -> OrderOutcome:
        event = OrderAccepted(
            client_order_id=intent.client_order_id,
            broker_order_id=order.broker_order_id,
            sent_at=order.accepted_at,
        )
        self._append(intent, event)
        return _outcome(intent, Submission.ACCEPTED, order.broker_order_id)

    def _rejected(self, intent: OrderIntent, reason: str) -> OrderOutcome:
        event = OrderRejected(client_order_id=intent.client_order_id, reason=reason)
        self._append(intent, event)
        return _outcome(intent, Submission.REFUSED, reason=reason)

    def _append(self, intent: OrderIntent, event: Event) -> None:
        stream = account_stream(intent.account_id)
        book = self._books.book(intent.account_id)
        new = new_event(
            stream,
            event,
            [intent.client_order_id],
            self._at,
            week_id=intent.week_id,
            run_id=intent.run_id,
        )
        self._store.commit([Append(stream, [new], book.version)])


def _known_outcome(book: AccountBook, intent: OrderIntent) -> OrderOutcome | None:
    """What the log already says: sent, at its end, or waiting for another order."""
    ended = book.finished_orders.get(intent.client_order_id)
    if ended is not None and ended.status is OrderStatus.REFUSED:
        return _outcome(intent, Submission.REFUSED, reason=ended.reason)
    if ended is not None:
        return _outcome(intent, Submission.ACCEPTED, ended.broker_order_id)
    order = book.open_orders.get(intent.client_order_id)
    if order is not None and order.status is not OrderStatus.INTENDED:
        return _outcome(intent, Submission.ACCEPTED, order.broker_order_id)
    if intent.after and not _has_filled(book, intent.after):
        return _outcome(intent, Submission.WAITING)
    return None


def _has_filled(book: AccountBook, client_order_id: str) -> bool:
    ended = book.finished_orders.get(client_order_id)
    return ended is not None and ended.status is OrderStatus.FILLED


def _outcome(
    intent: OrderIntent,
    submission: Submission,
    broker_order_id: str | None = None,
    reason: str | None = None,
) -> OrderOutcome:
    return OrderOutcome(
        client_order_id=intent.client_order_id,
        account_id=intent.account_id,
        submission=submission,
        broker_order_id=broker_order_id,
        reason=reason,
    )


class NoRoute:
    """The route of a what-if: there is none, and asking for it is a defect."""

    def submit(self, intents: Sequence[OrderIntent]) -> Sequence[OrderOutcome]:
        raise OrderRefused(f"a what-if run never trades ({len(intents)} orders)")
