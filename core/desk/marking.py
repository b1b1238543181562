"""Marking at a session's end: every asset's open and close as one event, and what shorts cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from core.desk.breaker import evaluate
from core.desk.desk import Desk
from core.desk.observing import known_quotes, market_append
from core.desk.settle import settle
from core.desk.writing import account_stream, new_event
from core.errors import MarketError, NoBars
from core.events.account import BorrowCharged
from core.events.envelope import Append
from core.events.market import UniverseMarked
from core.market import PriceKind, Quote
from core.rules.costs import borrow_for_a_session
from core.schemas.market import marked
from core.types import AccountId

AN_INSTANT = timedelta(microseconds=1)


def mark(desk: Desk, session: date, at: datetime) -> str:
    """Settle, write ``UniverseMarked`` and let the breaker see it.

    NoBars when no asset has a price of this session.
    """
    settle(desk, at)
    quotes = known_quotes(desk, (asset.symbol for asset in desk.policy.assets), at)
    fresh = {symbol: quote for symbol, quote in quotes.items() if quote.session == session}
    if not fresh:
        raise NoBars(
            f"no asset has a price of {session} in {desk.market.source}: "
            "check that the data is up to date (`doctor`)"
        )
    opens = _opens(desk, fresh, session, at)
    event = UniverseMarked(session=session, prices=marked(fresh), opens=marked(opens))
    appends = [market_append(desk, event, at, session)]
    appends += borrow_charges(desk, session, fresh, at)
    desk.store.commit(appends)
    evaluate(desk)
    return f"{len(fresh)} of {len(desk.policy.assets)} assets marked"


def _opens(desk: Desk, symbols: Iterable[str], session: date, at: datetime) -> dict[str, Quote]:
    """The session's opening prices; one the market does not give away is absent."""
    before = desk.calendar.session_open(session) - AN_INSTANT
    found: dict[str, Quote] = {}
    for symbol in symbols:
        try:
            quote = desk.market.next_price(symbol, before, at)
        except MarketError:
            continue
        if quote is not None and (quote.kind, quote.session) == (PriceKind.OPEN, session):
            found[symbol] = quote
    return found


def borrow_charges(
    desk: Desk, session: date, quotes: Mapping[str, Quote], at: datetime
) -> list[Append]:
    """One session's borrow cost of each short: shares x price x borrow_bps / 252, to the cent."""
    bps = desk.policy.risk.borrow_bps
    appends = []
    for account in desk.policy.accounts:
        book = desk.books.book(account.account_id)
        stream = account_stream(account.account_id)
        charges = [
            _charge(
                account.account_id,
                session,
                symbol,
                borrow_for_a_session(-held.quantity, quotes[symbol].price, bps),
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
    return BorrowCharged(account_id=account_id, session=session, symbol=symbol, amount=cost)
