"""The orders that close all of an account: its week's, or for one without weeks a run of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from core.clock import in_new_york
from core.desk.desk import Desk
from core.rules.account_book import AccountBook
from core.rules.checkpoint_orders import Holding, close_order
from core.schemas.order import OrderIntent, Purpose
from core.types import RunId, deterministic_id, week_of


def closing_orders(
    desk: Desk, book: AccountBook, prices: Mapping[str, Decimal], at: datetime
) -> Iterator[OrderIntent]:
    """An intent for each position, at its price, its last mark, or what was paid for it (USD)."""
    week = book.week
    today = in_new_york(at).date()
    marks = desk.marks.before(today + timedelta(days=1))
    for number, (symbol, position) in enumerate(sorted(book.ledger.positions.items())):
        price = prices.get(symbol) or marks.get(symbol) or position.average_cost
        holding = Holding(
            account_id=book.account_id,
            week_id=week_of(today) if week is None else week.week_id,
            run_id=_run_of_its_own(book) if week is None else week.run_id,
            symbol=symbol,
            quantity=position.quantity,
            price=price,
            sequence=number if week is None else week.orders + number,
            decided_at=at,
        )
        yield close_order(holding, abs(position.quantity), Purpose.FLATTEN)


def _run_of_its_own(book: AccountBook) -> RunId:
    """For an account that lives by no weeks: no cycle's, and another one after each event of it."""
    return RunId(str(deterministic_id("flatten", book.account_id, book.version)))
