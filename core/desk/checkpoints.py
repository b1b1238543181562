"""A checkpoint slot: settle, look at the price, decide for every account, order what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core import keys
from core.context import PipelineContext
from core.desk.briefing import brief_for, closes_seen, peers_of
from core.desk.broker_standing import blocked_accounts
from core.desk.checkpoint_journal import NO_NEW_PRICE, CheckpointJournal, slot_name
from core.desk.desk import Desk
from core.desk.observing import known_quotes, was_observed
from core.desk.order_route import RecordingRoute
from core.desk.runs import the_official_run
from core.desk.settle import settle
from core.desk.slots import Slot
from core.desk.theses import with_words
from core.market import Quote
from core.pipeline import Pipeline
from core.rules.account_book import AccountBook
from core.schemas.seat_checkpoint import SeatCheckpoint
from core.stages.asking import Asker
from core.stages.checkpoint import CheckpointEngine, CheckpointStage, ModelEngine, RulesEngine
from core.types import WeekId

BLOCKED = "blocked"
"""Broker and ledger differ for this account: what it holds is not known, nothing is decided on it."""


async def run_checkpoint(desk: Desk, slot: Slot) -> str:
    """Fills first, then one decision an account, then the orders; each step is in the log.

    Accounts act on the week they are in: until a new week has executed, that is the last one.
    """
    settle(desk, slot.at)
    books = [book for book in _books(desk) if book.week is not None]
    quotes = known_quotes(desk, sorted({_symbol(book) for book in books} - {""}), slot.at)
    acted = 0
    for week_id in sorted({book.week.week_id for book in books if book.week}):
        of_week = [book for book in books if book.week and book.week.week_id == week_id]
        acted += await _decide(desk, slot, week_id, of_week, quotes)
    return f"{len(books)} accounts, {acted} orders"


def _books(desk: Desk) -> list[AccountBook]:
    opened = [a.account_id for a in desk.policy.accounts if desk.books.opened(a.account_id)]
    return [desk.books.book(account_id) for account_id in opened]


async def _decide(
    desk: Desk,
    slot: Slot,
    week_id: WeekId,
    books: Sequence[AccountBook],
    quotes: Mapping[str, Quote],
) -> int:
    if was_observed(desk, slot.at, slot_name(slot, week_id)):
        return 0  # decided before the process died; settling sent what was left to send
    run = the_official_run(desk.store, week_id)
    seats = tuple(_seat(desk, book, books, quotes, slot) for book in books)
    if desk.policy.checkpoints.engine == "model":
        seats = with_words(desk, week_id, seats)  # rules read numbers alone
    stage = CheckpointStage(_engine(desk, week_id), slot.at, slot.label)
    journal = CheckpointJournal(desk, slot, {b.account_id: b for b in books}, quotes, run)
    given = PipelineContext().bind(keys.RUN, run).bind(keys.CHECKPOINT_SEATS, seats)
    await Pipeline([stage], given.keys()).run(given, journal)
    route = RecordingRoute(desk, slot.at)
    route.submit(journal.intents)
    return len(journal.intents)


def _engine(desk: Desk, week_id: WeekId) -> CheckpointEngine:
    policy = desk.policy
    if policy.checkpoints.engine == "rules":
        return RulesEngine(policy.checkpoints)
    ports = desk.providers.for_run(the_official_run(desk.store, week_id))
    return ModelEngine(Asker.of("checkpoint", ports.model, desk.prompts, policy))


def _symbol(book: AccountBook) -> str:
    return (book.week.target.instrument or "") if book.week else ""


def _seat(
    desk: Desk,
    book: AccountBook,
    books: Sequence[AccountBook],
    quotes: Mapping[str, Quote],
    slot: Slot,
) -> SeatCheckpoint:
    """What the slot finds: a brief to judge, or the reason why there is nothing to do."""
    week, quote = book.week, quotes.get(_symbol(book))
    assert week is not None  # only accounts with a week are asked
    blocked = book.account_id in blocked_accounts(desk)
    idle = BLOCKED if blocked else _idle_because(book, quote, slot)
    brief = None
    if idle is None and quote is not None:
        held = closes_seen(desk.calendar, week.entry_session, slot.at)
        peers = peers_of(book, books, quotes)
        brief = brief_for(book, quote, slot.label, held, peers)
    return SeatCheckpoint(
        account_id=book.account_id,
        model=book.model,
        brief=brief,
        idle_because=idle,
        conviction=week.conviction,
        flips_used=week.flips,
        shortable=desk.broker.shortable(_symbol(book)),
        halts=desk.halts.of(book.account_id, slot.key),
    )


def _idle_because(book: AccountBook, quote: Quote | None, slot: Slot) -> str | None:
    """The name of what leaves nothing to decide; None when there is a position to judge."""
    if book.open_orders or (book.filled_at is not None and book.filled_at > slot.at):
        return "orders_open"  # or were at this instant, where a slot is run after the fact
    if not book.quantity(_symbol(book)):
        return "no_position"
    if quote is None:
        return "no_price"
    if slot.previous is not None and quote.known_at <= slot.previous:
        return NO_NEW_PRICE
    return None
