"""A strategy's mark at a session's end: what it holds, at prices of its own, in a stream of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from core.desk.breaker import evaluate
from core.desk.desk import Desk
from core.desk.strategy_ports import Strategy
from core.desk.strategy_rule import judge
from core.desk.strategy_settle import settle_strategy
from core.desk.writing import append_one, new_event
from core.errors import MarketError
from core.events.cycle import StrategyMarked
from core.market import Quote
from core.ports import MarketData
from core.rules.ledger import equity
from core.schemas.market import marked


def mark_strategy(desk: Desk, strategy: Strategy, session: date, at: datetime) -> str:
    """Settle, value the account, let the breaker and its own rule see it; nothing before it is open.

    NoBars when something held has no price at all: equity without it would be wrong.
    """
    settle_strategy(desk, strategy, at)
    if not desk.books.opened(strategy.account_id):
        return "nothing to mark: no cycle has traded yet"
    book = desk.books.book(strategy.account_id)
    quotes = newest_quotes(strategy.market, sorted(book.ledger.positions), at)
    benchmark = newest_quotes(strategy.market, [strategy.spec.benchmark], at)
    prices = {symbol: quote.price for symbol, quote in quotes.items()}
    event = StrategyMarked(
        strategy=strategy.name,
        account_id=strategy.account_id,
        session=session,
        prices=marked(quotes),
        benchmark=next(iter(marked(benchmark)), None),
        cash=book.ledger.cash,
        equity=equity(book.ledger, prices),
    )
    stream = strategy.stream("marks")
    new = new_event(stream, event, [session], at)
    if desk.store.find(str(new.event_id)) is None:
        append_one(desk.store, stream, new)
    evaluate(desk)
    why = judge(desk, strategy, session, at)
    old = sum(quote.session != session for quote in quotes.values())
    told = f"{len(quotes)} positions marked" + (f", {old} at an older price" if old else "")
    return told if why is None else f"{told}; switched off: {why}"


def newest_quotes(market: MarketData, symbols: Iterable[str], at: datetime) -> dict[str, Quote]:
    """The newest known price of each symbol; one without a price is absent."""
    found: dict[str, Quote] = {}
    for symbol in symbols:
        try:
            found.update(market.quotes([symbol], at))
        except MarketError:
            continue
    return found
