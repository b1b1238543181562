"""Writes a checkpoint: every account's decision, its orders, and the prices seen, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core import keys
from core.desk.desk import Desk
from core.desk.observing import observation
from core.desk.slots import Slot
from core.desk.writing import account_stream, new_event
from core.errors import CouncilError
from core.events.account import CheckpointDecided, CheckpointLimited, NoNewPrice, OrderIntended
from core.events.envelope import Append, Event, NewEvent
from core.market import Quote
from core.ports import FinishedStage
from core.rules.account_book import AccountBook
from core.rules.checkpoint_orders import Holding, checkpoint_orders
from core.rules.flips import Limited, flip_of, limited
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.order import OrderIntent
from core.schemas.run import RunSpec
from core.types import AccountId, CheckpointAction, WeekId

NO_NEW_PRICE = "no_new_price"


def slot_name(slot: Slot, week_id: WeekId) -> str:
    """A slot's decisions for one week: accounts may still be in different ones."""
    return f"{slot.key}/{week_id}"


class CheckpointJournal:
    """The `Journal` of one slot over the account streams; ``intents`` are the orders it stored."""

    def __init__(
        self,
        desk: Desk,
        slot: Slot,
        books: Mapping[AccountId, AccountBook],
        quotes: Mapping[str, Quote],
        run: RunSpec,
    ) -> None:
        self._desk = desk
        self._slot = slot
        self._books = books
        self._quotes = quotes
        self._run = run
        self.intents: tuple[OrderIntent, ...] = ()

    def finished(self) -> Sequence[FinishedStage]:
        """Never resumed: a slot is one transaction."""
        return ()

    def record(self, finished: FinishedStage) -> None:
        decisions: tuple[CheckpointDecision, ...] = finished.values[keys.CHECKPOINT_RESULT]
        name = slot_name(self._slot, self._run.week_id)
        appends = [observation(self._desk, self._slot.at, name, self._quotes)]
        for decision in decisions:
            book = self._books[decision.account_id]
            allowed = self._limited(book, decision)
            orders = self._orders(book, allowed)
            self.intents += orders
            events = [*self._told(book, allowed), *map(self._intended, orders)]
            appends.append(Append(account_stream(book.account_id), events, book.version))
        self._desk.store.commit(appends)

    def record_failure(self, stage: str, error: Exception) -> None:
        """The slot's own event says that it failed."""

    def record_stale(self, stages: Sequence[str], reason: str) -> None:
        raise CouncilError(f"a checkpoint is never resumed: {reason}")

    def _limited(self, book: AccountBook, decision: CheckpointDecision) -> Limited:
        """A flip through the hard limits, at this slot's prices and the last marks of what else is held."""
        newest = {symbol: quote.price for symbol, quote in self._quotes.items()}
        marks = {**self._desk.marks.before(self._slot.session), **newest}
        symbol = book.week.target.instrument if book.week else None
        shortable = symbol is not None and self._desk.broker.shortable(symbol)
        flip = flip_of(book, decision, marks, shortable=shortable)
        return limited(decision, flip, self._desk.policy.risk)

    def _told(self, book: AccountBook, allowed: Limited) -> Iterator[NewEvent]:
        decision = allowed.decision
        yield self._decided(book, decision)
        if allowed.hits:
            cut = CheckpointLimited(
                checkpoint_id=decision.checkpoint_id,
                week_id=decision.week_id,
                account_id=decision.account_id,
                hits=allowed.hits,
            )
            yield self._event(book, cut)

    def _decided(self, book: AccountBook, decision: CheckpointDecision) -> NewEvent:
        if decision.rule != NO_NEW_PRICE:
            return self._event(book, CheckpointDecided(decision=decision))
        assert book.week is not None  # it was asked
        quote = self._quotes[book.week.target.instrument or ""]
        unchanged = NoNewPrice(
            checkpoint_id=decision.checkpoint_id,
            week_id=decision.week_id,
            time=decision.time,
            account_id=decision.account_id,
            price_known_at=quote.known_at,
        )
        return self._event(book, unchanged)

    def _intended(self, intent: OrderIntent) -> NewEvent:
        book = self._books[intent.account_id]
        return self._event(book, OrderIntended(intent=intent), intent.client_order_id)

    def _event(self, book: AccountBook, event: Event, *what: object) -> NewEvent:
        return new_event(
            account_stream(book.account_id),
            event,
            what or (self._slot.key,),
            self._slot.at,
            week_id=self._run.week_id,
            run_id=self._run.run_id,
        )

    def _orders(self, book: AccountBook, allowed: Limited) -> tuple[OrderIntent, ...]:
        week, decision = book.week, allowed.decision
        if decision.action is CheckpointAction.STAY or week is None or decision.price is None:
            return ()
        symbol = week.target.instrument or ""
        holding = Holding(
            account_id=book.account_id,
            week_id=week.week_id,
            run_id=week.run_id,
            symbol=symbol,
            quantity=book.quantity(symbol),
            price=decision.price,
            sequence=week.orders,
            decided_at=self._slot.at,
        )
        return checkpoint_orders(holding, decision.action, allowed.opens)
