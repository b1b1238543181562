"""Weeks that a newer one has overtaken: never traded any more, and their unsent orders never sent."""

from __future__ import annotations

from datetime import datetime

from core.desk.desk import Desk
from core.desk.order_route import RecordingRoute
from core.desk.runs import is_completed, official_run
from core.desk.withdrawing import taken
from core.desk.writing import account_stream, append_one, new_event
from core.errors import BadInput
from core.events.account import OrderCancelled
from core.rules.account_book import AccountBook, OpenOrder
from core.schemas.order import OrderStatus
from core.schemas.run import RunSpec
from core.types import WeekId


def refuse_overtaken(desk: Desk, week_id: WeekId) -> None:
    """BadInput for a week that was not finished before the accounts took up a newer one."""
    books = [desk.books.book(account.account_id) for account in desk.policy.accounts]
    newest = max((book.week.week_id for book in books if book.week), default=week_id)
    if newest <= week_id:
        return
    run = official_run(desk.store, week_id)
    if run is None or not is_completed(desk.store, run):
        raise BadInput(
            f"week {week_id} is over: accounts are in week {newest}, and nothing is traded in "
            "an older one; `rerun` shows what a week that was run would have done"
        )


def drop_unsent(desk: Desk, run: RunSpec) -> None:
    """Cancel what weeks before this run's planned and never sent: nobody may count on those orders.

    The broker is asked first: an order that was sent but not recorded is recorded now.
    """
    week_id, at = run.week_id, run.as_of
    route = RecordingRoute(desk, at)
    for account in desk.policy.accounts:
        for order in _unsent(desk.books.book(account.account_id), week_id):
            intent = order.intent
            if taken(desk.broker, intent):
                route.submit([intent])
            else:
                _cancel(desk, order, week_id, at)


def _unsent(book: AccountBook, week_id: WeekId) -> list[OpenOrder]:
    """Planned orders of older weeks; one that follows a sent order is still under way."""
    unsent = {
        key: order
        for key, order in book.open_orders.items()
        if order.status is OrderStatus.INTENDED and order.intent.week_id < week_id
    }
    sent = set(book.open_orders) - set(unsent) | set(book.finished_orders)
    return [order for order in unsent.values() if order.intent.after not in sent]


def _cancel(desk: Desk, order: OpenOrder, week_id: WeekId, at: datetime) -> None:
    intent = order.intent
    stream = account_stream(intent.account_id)
    event = OrderCancelled(
        client_order_id=intent.client_order_id,
        reason=f"never sent before week {week_id} began",
    )
    new = new_event(
        stream,
        event,
        [intent.client_order_id],
        at,
        week_id=intent.week_id,
        run_id=intent.run_id,
    )
    append_one(desk.store, stream, new)
