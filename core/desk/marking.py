"""Marking at a session's close: every asset's price as one event, and the borrow cost of shorts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from core.desk.desk import Desk
from core.desk.observing import known_quotes, market_append
from core.desk.settle import settle
from core.desk.writing import account_stream, new_event
from core.errors import NoBars
from core.events.account import BorrowCharged
from core.events.envelope import Append
from core.events.market import UniverseMarked
from core.market import Quote
from core.schemas.market import marked
from core.types import AccountId, to_money

BASIS_POINT = Decimal("0.0001")
SESSIONS_A_YEAR = 252


def mark(desk: Desk, session: date, at: datetime) -> str:
    """Settle, then write ``UniverseMarked``; NoBars when no asset has a price of this session."""
    settle(desk, at)
    quotes = known_quotes(desk, (asset.symbol for asset in desk.policy.assets), at)
    fresh = {symbol: quote for symbol, quote in quotes.items() if quote.session == session}
    if not fresh:
        raise NoBars(
            f"no asset has a price of {session} in {desk.market.source}: "
            "check that the data is up to date (`doctor`)"
        )
    event = UniverseMarked(session=session, prices=marked(fresh))
    appends = [market_append(desk, event, at, session)]
    appends += borrow_charges(desk, session, fresh, at)
    desk.store.commit(appends)
    return f"{len(fresh)} of {len(desk.policy.assets)} assets marked"


def borrow_charges(
    desk: Desk, session: date, quotes: Mapping[str, Quote], at: datetime
) -> list[Append]:
    """One session's borrow cost of each short: shares x price x borrow_bps / 252, to the cent."""
    rate = Decimal(desk.policy.risk.borrow_bps) * BASIS_POINT / SESSIONS_A_YEAR
    appends = []
    for account in desk.policy.accounts:
        book = desk.books.book(account.account_id)
        stream = account_stream(account.account_id)
        charges = [
            _charge(
                account.account_id, session, symbol, -held.quantity * quotes[symbol].price * rate
            )
            for symbol, held in sorted(book.ledger.positions.items())
            if held.quantity < 0 and symbol in quotes
        ]
        events = [
            new_event(stream, charge, [session, charge.symbol], at)
            for charge in charges
            if charge.amount
        ]
        if events:
            appends.append(Append(stream, events, book.version))
    return appends


def _charge(account_id: AccountId, session: date, symbol: str, cost: Decimal) -> BorrowCharged:
    return BorrowCharged(
        account_id=account_id, session=session, symbol=symbol, amount=to_money(cost)
    )
