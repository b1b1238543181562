"""The ports: what the core asks of the outside world, each contract in prose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from core.context import ContextKey
from core.errors import BrokerError
from core.events.envelope import Append, Event, StoredEvent, StreamHead
from core.market import Floats32, Headline, MarketBars, Quote
from core.schemas.alert import Alert
from core.schemas.approval import OrderApprovals
from core.schemas.breaker import Halt
from core.schemas.execution import OrderOutcome
from core.schemas.model_call import ModelAnswer, ModelRequest
from core.schemas.order import BrokerFill, BrokerOrder, OrderIntent, OrderTicket
from core.schemas.question import LogRequest, LogSpan, ToolResult
from core.schemas.research import ResearchAnswer, ResearchRequest
from core.schemas.setups import Collection, Neighbour, Remembered
from core.schemas.statement import Statement
from core.types import AccountId, StreamId


class TradingCalendar(Protocol):
    """Sessions of the exchange (XNYS); every instant is UTC, every date a session's New York date."""

    def is_session(self, day: date) -> bool: ...

    def session_open(self, session: date) -> datetime: ...

    def session_close(self, session: date) -> datetime:
        """The real close, 13:00 New York on half days."""
        ...

    def session_on_or_after(self, day: date) -> date: ...

    def session_on_or_before(self, day: date) -> date: ...

    def offset(self, session: date, sessions: int) -> date:
        """The session ``sessions`` after (or before, when negative) a session."""
        ...

    def sessions(self, start: date, end: date) -> Sequence[date]:
        """Every session from start to end, both included, in order."""
        ...


class MarketData(Protocol):
    """Point-in-time prices. Nothing later than ``as_of`` is ever returned, by any method.

    An unknown symbol raises UnknownSymbol, a series that cannot be trusted BadBars, a symbol with
    nothing known yet NoBars. An absent bar is absent: never filled in, never zero.
    """

    @property
    def source(self) -> str:
        """Where prices come from, e.g. ``files``, ``simulated``; shown beside every number."""
        ...

    def bars(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> MarketBars:
        """The last ``sessions`` complete daily bars of each symbol, closed at or before ``as_of``."""
        ...

    def quotes(self, symbols: Sequence[str], as_of: datetime) -> Mapping[str, Quote]:
        """The newest price of each symbol known at ``as_of`` (on daily bars: an open or a close)."""
        ...

    def next_price(self, symbol: str, after: datetime, as_of: datetime) -> Quote | None:
        """The first price that becomes known strictly after ``after``, if it is known at ``as_of``.

        This is what an order decided at ``after`` fills at; None while it is still in the future.
        """
        ...


class NewsFeed(Protocol):
    """Point-in-time headlines: nothing published after ``as_of`` is ever returned."""

    def headlines(self, symbols: Sequence[str], as_of: datetime, limit: int) -> Sequence[Headline]:
        """The newest ``limit`` headlines, newest first; none is an empty answer."""
        ...


class Sectors(Protocol):
    """What sector a symbol belongs to; an unknown one is absent, never guessed."""

    def __call__(self, symbols: Sequence[str], as_of: datetime, /) -> Mapping[str, str]:
        """The sector of each symbol that has one known at ``as_of``."""
        ...


class LanguageModel(Protocol):
    """One model call. Any failure raises a ModelError; an empty text is never an answer."""

    async def complete(self, request: ModelRequest) -> ModelAnswer: ...


class CallProgress(Protocol):
    """Hears how far a call is; shown to people, never part of history."""

    def __call__(self, call: str, model: str, told: str) -> None:
        """``told`` is a few words: ``about 420 tokens``, ``searching, 6 min``."""
        ...


def unheard(call: str, model: str, told: str) -> None:
    """A `CallProgress` that nobody listens to."""


class Researcher(Protocol):
    """One research pack. Any failure raises a ModelError; "nothing found" is an answer, not a failure."""

    async def research(self, request: ResearchRequest) -> ResearchAnswer: ...


class Broker(Protocol):
    """One account's orders at a broker.

    ``place`` is asked once per client order id. OrderRefused proves it was not taken; OrderUnknown
    means it may have been: look it up with ``find``. A failed look-up raises, it is never "no order".
    """

    def place(self, ticket: OrderTicket) -> BrokerOrder: ...

    def place_all(self, tickets: Sequence[OrderTicket]) -> Sequence[BrokerOrder | BrokerError]:
        """Place a slot's tickets together, one result a ticket in their order.

        Accounts that share one key are netted here; elsewhere it is `place`, one after the other.
        A ticket's OrderRefused, OrderUnknown or BrokerUnavailable is its result and stops no other.
        """
        ...

    def find(self, account_id: AccountId, client_order_id: str) -> BrokerOrder | None:
        """The order by its client id; None only when the broker says it has none."""
        ...

    def fills(self, account_id: AccountId, client_order_id: str) -> Sequence[BrokerFill]:
        """Every fill of that order so far, oldest first; OrderLost when the broker has no such order."""
        ...

    def cancel(self, account_id: AccountId, client_order_id: str) -> BrokerOrder: ...

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        """Signed quantity per symbol; a flat symbol is absent."""
        ...

    def cash(self, account_id: AccountId) -> Decimal: ...

    def shortable(self, symbol: str) -> bool: ...


class Statements(Protocol):
    """A broker whose own books can be compared with the ledger."""

    def custodies(self) -> Mapping[AccountId, Sequence[AccountId]]:
        """The broker's accounts, each with the desk's accounts it stands for."""
        ...

    def statement(self, custody: AccountId) -> Statement:
        """What it holds now; BrokerUnavailable when nothing is known."""
        ...


class TradingGate(Protocol):
    """Whether an order may go out at this very moment; asked immediately before each, never kept."""

    def refusal(self, ticket: OrderTicket) -> str | None:
        """Why it may not, in one line; None when it may."""
        ...


class Accounts(Protocol):
    """What each account owns when a run plans its orders."""

    def equity(self, account_id: AccountId, marks: Mapping[str, Decimal]) -> Decimal:
        """Cash plus signed positions at ``marks`` (USD a share); a held symbol without a mark is NoBars."""
        ...

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        """Signed shares once every open order has filled; flat symbols are absent."""
        ...

    def halts(self, account_id: AccountId) -> tuple[Halt, ...]:
        """What stops new positions of the account now; empty when nothing does."""
        ...


class Approvals(Protocol):
    """The word of people on what a run would trade."""

    def concluded(self) -> OrderApprovals:
        """Every account's decision; ApprovalPending while one is neither decided nor expired."""
        ...


class OrderRoute(Protocol):
    """Brings stored intents to the broker exactly once each, and records what became of them."""

    def submit(self, intents: Sequence[OrderIntent]) -> Sequence[OrderOutcome]: ...


class Notifier(Protocol):
    """Brings alerts to people, over channels known by their names.

    `notify` returns once the channel has taken the alert, or raises AlertNotSent with one line why;
    it never raises anything else, never takes longer than three minutes, and never says an address
    or a token. A channel nobody configured is AlertNotSent too.
    """

    async def notify(self, channel: str, alert: Alert) -> None: ...


class Embedder(Protocol):
    """Texts to unit vectors; the same text gives the same vector in every process.

    ``model`` names it (``minilm-int8``, ``openai/…``, ``hashing``) and is kept with each collection: vectors
    of two models are never compared.
    """

    @property
    def model(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Floats32:
        """Float32 of shape (texts, dimensions), every row of length 1; EmbeddingFailed in one line."""
        ...


class VectorIndex(Protocol):
    """Nearest neighbours by cosine distance among what was known at an instant."""

    def add(self, documents: Sequence[Remembered], vectors: Floats32) -> None:
        """Keep them; a document that is there already is replaced. WrongDimension, WrongModel by name."""
        ...

    def search(
        self, collection: Collection, vector: Floats32, as_of: datetime, k: int
    ) -> Sequence[Neighbour]:
        """At most ``k`` with ``known_at <= as_of``, nearest first, ties by document id."""
        ...

    def count(self, collection: Collection) -> int: ...


class Recall(Protocol):
    """Similar things that happened before, as stages and pickers ask for them."""

    def similar(
        self, collection: Collection, text: str, as_of: datetime, k: int
    ) -> Sequence[Neighbour]:
        """At most ``k`` neighbours whose outcome was known at ``as_of``, nearest first; may be empty."""
        ...


class LogTools(Protocol):
    """The read models as a question over the log may see them: bounded, typed, read-only.

    What questions themselves left in the log (``conversation/…``) is never among what they find.
    """

    def span(self) -> LogSpan: ...

    def look(self, request: LogRequest) -> ToolResult:
        """At most ``request.limit`` events, newest first, each one's words cut to a few hundred signs."""
        ...


class Lock(Protocol):
    """One holder at a time per name, across processes; a holder that died is not waited for."""

    def hold(self, name: str) -> AbstractContextManager[None]:
        """Hold ``name`` for the block; BadInput with who holds it when it is taken."""
        ...


class EventStore(Protocol):
    """The append-only log.

    ``commit`` writes every append in one transaction, together with the synchronous projections, or
    nothing. Re-appending events that are all there already (same ids, same content) returns them
    and changes nothing; the same id with another content is EventConflict; a stale
    ``expected_version`` is ConcurrencyError. Reads yield events in version / position order and
    raise UnknownEvent or NewerSchema by name rather than skip one.
    """

    def commit(self, appends: Sequence[Append]) -> Sequence[StoredEvent]: ...

    def read(self, stream_id: StreamId, after_version: int = 0) -> Iterator[StoredEvent]: ...

    def read_all(
        self, after_position: int = 0, types: Iterable[str] | None = None
    ) -> Iterator[StoredEvent]: ...

    def find(self, event_id: str) -> StoredEvent | None: ...

    def decode(self, stored: StoredEvent) -> Event:
        """The typed event, upcast to the newest schema; UnknownEvent or NewerSchema by name."""
        ...

    def head(self, stream_id: StreamId) -> StreamHead: ...

    def heads(self) -> Mapping[StreamId, StreamHead]: ...

    def last_position(self) -> int:
        """Of the newest event, 0 for an empty log; every event before it can be read already."""
        ...


@dataclass(frozen=True, slots=True)
class FinishedStage:
    """A stage as the journal keeps it; ``values`` holds every key it gave (none when skipped).

    ``seconds`` is how long it ran: telemetry, so None once it is read back.
    """

    stage: str
    fingerprint: str
    values: Mapping[ContextKey[Any], Any] = field(default_factory=dict)
    skipped: bool = False
    seconds: float | None = field(default=None, compare=False)


class Journal(Protocol):
    """Where a run's finished stages are kept; each call is one transaction."""

    def finished(self) -> Sequence[FinishedStage]:
        """What this run completed before, in order of completion."""
        ...

    def record(self, finished: FinishedStage) -> None: ...

    def record_failure(self, stage: str, error: Exception) -> None: ...

    def record_stale(self, stages: Sequence[str], reason: str) -> None: ...
