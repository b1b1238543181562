"""What an account's checkpoint may see: Wednesday's frozen view, the price and P/L now, its peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from core.clock import in_new_york
from core.market import Quote
from core.ports import TradingCalendar
from core.rules.account_book import AccountBook, WeekBook
from core.rules.checkpoints import rules_met
from core.schemas.briefs import CheckpointBrief, PeerPosition
from core.schemas.checkpoint import IndicatorReading
from core.schemas.pitch import InvalidationRule, LiveOperand
from core.types import Direction


def held_direction(book: AccountBook, symbol: str) -> Direction:
    quantity = book.quantity(symbol)
    if not quantity:
        return Direction.FLAT
    return Direction.LONG if quantity > 0 else Direction.SHORT


def closes_seen(calendar: TradingCalendar, entry: date, at: datetime) -> int:
    """Session closes since the entry session, its own included, that lie at or before ``at``."""
    today = in_new_york(at).date()
    last = calendar.session_on_or_before(today)
    if calendar.session_close(last) > at:
        last = calendar.session_on_or_before(last - timedelta(days=1))
    return len(calendar.sessions(entry, last)) if last >= entry else 0


def return_since_entry(book: AccountBook, quotes: Mapping[str, Quote]) -> float | None:
    """The position's return since this week's entry, as a fraction, seen from its side; None if flat."""
    week = book.week
    if week is None or week.target.instrument is None or week.entry_price is None:
        return None
    quote = quotes.get(week.target.instrument)
    sign = held_direction(book, week.target.instrument).sign
    if quote is None or not sign:
        return None
    return sign * (float(quote.price / week.entry_price) - 1.0)


def peers_of(
    book: AccountBook, books: Sequence[AccountBook], quotes: Mapping[str, Quote]
) -> tuple[PeerPosition, ...]:
    """The other accounts' positions, without names, best return first."""
    own = book.week.target.instrument if book.week else None
    peers = [
        PeerPosition(
            direction=held_direction(peer, peer.week.target.instrument or ""),
            same_instrument=peer.week.target.instrument == own,
            conviction=peer.week.conviction,
            return_since_entry=return_since_entry(peer, quotes),
        )
        for peer in books
        if peer.account_id != book.account_id and peer.week is not None
    ]
    return tuple(
        sorted(peers, key=lambda peer: (-(peer.return_since_entry or 0.0), peer.conviction))
    )


def brief_for(
    book: AccountBook,
    quote: Quote,
    time: str,
    sessions_held: int,
    peers: tuple[PeerPosition, ...],
) -> CheckpointBrief:
    """The brief of an account with a position; ``quote`` is its instrument's newest price."""
    week = book.week
    assert week is not None  # it was asked
    target = week.target
    assert target.instrument is not None  # it holds a position
    assert week.entry_price is not None  # every fill that opens sets it
    direction = held_direction(book, target.instrument)
    since = direction.sign * (float(quote.price / week.entry_price) - 1.0)
    brief = CheckpointBrief(
        week_id=week.week_id,
        time=time,
        instrument=target.instrument,
        direction=direction,
        horizon=target.horizon,
        entry_price=week.entry_price,
        price=quote.price,
        pnl=(quote.price - week.entry_price) * book.quantity(target.instrument),
        return_since_entry=since,
        drawdown_since_entry=min(0.0, since - max(week.peak_return, 0.0)),
        sessions_held=sessions_held,
        sessions_left=max(target.horizon.sessions - sessions_held, 0),
        frozen_volatility=target.frozen_levels.get("realised_volatility_20"),
        frozen_atr=target.frozen_levels.get("atr_14"),
        frozen_levels=target.frozen_levels,
        indicators=readings(week),
        invalidation=target.invalidation,
        invalidation_rules=rules_of(week, direction),
        rules_met=(),
        wednesday_conviction=target.conviction,
        conviction=week.conviction,
        conviction_path=week.path,
        peers=peers,
    )
    return brief.model_copy(update={"rules_met": rules_met(brief)})


def rules_of(week: WeekBook, direction: Direction) -> tuple[InvalidationRule, ...]:
    """The pitch's rules while its side is held; after a flip only those that mean the same for both."""
    rules = week.target.invalidation_rules
    if direction is week.target.direction:
        return rules
    return tuple(rule for rule in rules if rule.operand is not LiveOperand.PRICE)


def readings(week: WeekBook) -> tuple[IndicatorReading, ...]:
    return tuple(
        IndicatorReading(
            name=indicator.name,
            value=indicator.value,
            threshold=indicator.threshold,
            direction=indicator.direction,
        )
        for indicator in week.target.indicators
    )
