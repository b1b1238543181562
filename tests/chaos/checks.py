"""What must be true after the storm: of the log, the slots, the orders, the ledgers, the writers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.desk.books import AccountBooks
from core.desk.runs import is_completed, official_run
from core.desk.slots import Job, Slot
from core.desk.writing import SLOT_STREAM
from core.events.account import OrderAccepted, OrderCancelled, OrderIntended, OrderRejected
from core.events.broker import NetOrderAccepted, NetOrderIntended, NetOrderRefused
from core.policy import DeskPolicy
from storage.event_store import SqlEventStore
from storage.verification import verify
from tests.chaos.writers import tokens
from tests.servers.alpaca_exchange import FakeExchange

CASH = Decimal(700_000)
"""What every account of the exchange begins with."""


@dataclass
class Findings:
    """``wrong`` is empty when all is well; the rest are the numbers."""

    wrong: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    intended: int = 0
    at_exchange: int = 0
    duplicates: int = 0
    lost: int = 0
    fills: int = 0
    events: int = 0
    leaders: int = 0


def examine(
    store: SqlEventStore, slots: Sequence[Slot], exchange: FakeExchange | None, policy: DeskPolicy
) -> Findings:
    """``exchange`` is None where orders are in the log alone; each account there began with the same."""
    found = Findings()
    verified = verify(store)
    found.events = verified.events
    if not verified.ok:
        found.wrong.append(verified.message)
    found.wrong += list(_slots(store, slots, found))
    found.wrong += list(_weeks(store, slots))
    found.wrong += list(_tokens(store, found))
    found.wrong += list(_orders(store, exchange, found))
    if exchange is not None:
        found.wrong += list(_books(store, exchange, policy))
    return found


def _slots(store: SqlEventStore, slots: Sequence[Slot], found: Findings) -> Iterator[str]:
    rows = [row.payload for row in store.read(SLOT_STREAM)]
    ends = Counter(str(row["slot"]) for row in rows)
    expected = {slot.key for slot in slots}
    yield from (f"slot {key} has no ending" for key in sorted(expected - set(ends)))
    yield from (f"slot {key} is not in the calendar" for key in sorted(set(ends) - expected))
    yield from (f"slot {key} ended {times} times" for key, times in ends.items() if times > 1)
    for row in rows:
        found.outcomes[f"{row['outcome']}"] += 1
        if row["outcome"] != "done" and not row["detail"]:
            yield f"slot {row['slot']} is {row['outcome']} without a reason"


def _weeks(store: SqlEventStore, slots: Sequence[Slot]) -> Iterator[str]:
    """A week's run is complete where its slot is done, and its slot is not done where it is not."""
    outcomes = {str(r.payload["slot"]): r.payload["outcome"] for r in store.read(SLOT_STREAM)}
    for slot in slots:
        if slot.job is Job.WEEKLY:
            run = official_run(store, slot.week_id)
            complete = run is not None and is_completed(store, run)
            if complete != (outcomes.get(slot.key) == "done"):
                yield f"{slot.key} is {outcomes.get(slot.key)}, its run complete: {complete}"


def _tokens(store: SqlEventStore, found: Findings) -> Iterator[str]:
    """Every commit under a token, none under an older one than the commit before, none unseen."""
    newest, next_position = 0, 1
    for first, last, token in tokens(store.engine):
        if first != next_position:
            yield f"nobody wrote positions {next_position} to {first - 1}"
        if token is None:
            yield f"position {first} was written without a lease"
        elif token < newest:
            yield f"position {first} was written under token {token} after token {newest}"
        newest, next_position = max(newest, token or 0), last + 1
    found.leaders = newest


def _orders(store: SqlEventStore, exchange: FakeExchange | None, found: Findings) -> Iterator[str]:
    """Intended = at the exchange + proven not taken; nobody else's orders, none twice."""
    nets = any(True for _ in store.read_all(types=[NetOrderIntended.__name__]))
    kinds = (
        (NetOrderIntended, NetOrderAccepted, NetOrderRefused)
        if nets
        else (OrderIntended, OrderAccepted, OrderRejected)
    )
    intended = Counter(_ids(store, kinds[0].__name__))
    accepted = Counter(_ids(store, kinds[1].__name__))
    not_taken = {*_ids(store, kinds[2].__name__), *_ids(store, OrderCancelled.__name__)}
    there = accepted
    if exchange is not None:
        there = Counter(o.client_order_id for a in exchange.accounts.values() for o in a.orders)
    found.intended, found.at_exchange = len(intended), there.total()
    twice = [*(intended - Counter(set(intended))), *(there - Counter(set(there)))]
    lost = [one for one in intended if one not in there and one not in not_taken]
    found.duplicates, found.lost = len(twice), len(lost)
    yield from (f"order {one} is there twice" for one in twice)
    yield from (f"order {one} was intended, never sent and never ended" for one in lost)
    yield from (f"order {one} was sent and never intended" for one in there if one not in intended)
    yield from (f"order {one} was sent and not recorded" for one in there if one not in accepted)
    yield from (f"order {one} was recorded and never sent" for one in accepted if one not in there)


def _ids(store: SqlEventStore, kind: str) -> Iterator[str]:
    for row in store.read_all(types=[kind]):
        payload = row.payload.get("intent", row.payload)
        assert isinstance(payload, dict)  # as these events are written
        yield str(payload["client_order_id"])


def _books(store: SqlEventStore, exchange: FakeExchange, policy: DeskPolicy) -> Iterator[str]:
    """Ledger and exchange to the share and cent, all accounts together; each alone if it has a key."""
    books = AccountBooks(store)
    start = policy.risk.starting_cash
    sides: dict[str, tuple[Decimal, Counter[str]]] = {}
    shared = len(exchange.accounts) == 1
    for seat in policy.accounts:
        book = books.book(seat.account_id)
        name = next(iter(exchange.accounts)) if shared else f"PK-{seat.account_id}"
        cash, held = sides.get(name, (Decimal(0), Counter()))
        for symbol, position in book.ledger.positions.items():
            held[symbol] += position.quantity  # type: ignore[assignment]  # Decimal shares
        sides[name] = (cash + book.ledger.cash - start + book.borrow_paid, held)
    for name, (cash, held) in sides.items():
        account = exchange.accounts[name]
        there = account.cash - CASH
        if cash != there:
            yield f"{name}: the ledger's cash moved by {cash}, the exchange's by {there}"
        ours = {symbol: quantity for symbol, quantity in held.items() if quantity}
        if ours != account.positions:
            yield f"{name}: the ledger holds {ours}, the exchange {account.positions}"
