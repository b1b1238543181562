"""The equity strategy where the council trades: its own paper account, or a share of the one for all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from config.wiring import scratch_desk
from core.desk.desk import Desk
from core.desk.flatten import flatten, flatten_due
from core.desk.reconcile import Agreement, reconcile, reconcile_council
from core.desk.replay import replay
from core.desk.scheduling import desk_slots
from core.desk.settle import settle
from core.desk.strategy_settle import settle_strategy
from core.desk.trading_switch import disable, enable
from core.desk.weekly import run_week
from core.errors import BrokerError, TradingBlocked
from core.events.account import OrderFilled, OrderIntended
from core.events.cycle import TradeExecuted
from core.events.reconciliation import ReconciliationMismatch
from core.schemas.order import Purpose
from core.types import WeekId
from tests.fakes.bound_desks import ACCOUNT, KEY, NOON, BoundRoot, bound_root, cycle
from tests.fakes.desks import on
from tests.servers.alpaca_faults import Fault
from tests.servers.alpaca_server import alpaca_server

WEEK, EIGHT, AFTER_OPEN = WeekId("2024-03-06"), on("2024-03-06"), on("2024-03-06", "09:36")
CASH = Decimal(800_000)
ZERO = Decimal(0)


@pytest.fixture(params=["own", "shared"])
def root(request, tmp_path):
    with alpaca_server() as server:
        server.account.cash = CASH
        yield bound_root(tmp_path / "root", server, range(1, 8) if request.param == "own" else ())


ON_ONE_KEY = pytest.mark.parametrize("root", ["shared"], indirect=True)


def opened(root: BoundRoot, store=None) -> Desk:
    """In the middle of the session, everything filled at once."""
    desk = root.desk(store)
    root.server.exchange.open_market()
    return desk


def settled(root: BoundRoot, desk: Desk) -> Desk:
    """Another process a moment later, to which the broker has told everything."""
    after = root.desk(desk.store, NOON + timedelta(minutes=1))
    settle(after, after.clock.now())
    settle_strategy(after, after.strategies[0], after.clock.now())
    return after


def ledgers(desk: Desk) -> dict:
    every = [one.account_id for one in desk.policy.accounts] + [ACCOUNT]
    return {one: desk.books.book(one) for one in every if desk.books.opened(one)}


def assert_the_broker_agrees(root: BoundRoot, desk: Desk) -> None:
    """To the share and cent, each paper account with the ledgers that stand in it."""
    books = ledgers(desk)
    assert not any(book.open_orders for book in books.values())
    for custody, accounts in desk.statements.custodies().items():
        inside = [books[one] for one in accounts if one in books]
        held: dict[str, Decimal] = {}
        for book in inside:
            for symbol, position in book.ledger.positions.items():
                held[symbol] = held.get(symbol, ZERO) + position.quantity
        told = root.server.account if custody == KEY else root.paper(int(custody[-1]))
        start = CASH if custody == KEY else Decimal(100_000)
        assert {name: one for name, one in held.items() if one} == told.positions
        spent = sum((book.ledger.cash - book.starting_cash for book in inside), ZERO)
        assert told.cash - start == spent
    assert desk.broker.cash(ACCOUNT) == books[ACCOUNT].ledger.cash
    assert desk.broker.positions(ACCOUNT) == {
        symbol: held.quantity for symbol, held in books[ACCOUNT].ledger.positions.items()
    }
    assert set(reconcile(desk, desk.clock.now()).values()) == {Agreement.AGREES}


def own_fills(desk: Desk) -> list:
    rows = desk.store.read_all(types=[OrderFilled.__name__])
    events = [desk.store.decode(row).fill for row in rows]
    return [fill for fill in events if fill.account_id == ACCOUNT]


def sent(root: BoundRoot) -> list[str]:
    accounts = root.server.exchange.accounts.values()
    return [order.client_order_id for account in accounts for order in account.orders]


def stop(desk: Desk) -> None:
    disable(desk.store, "enough", "ann", desk.clock.now(), flatten=True)


def test_a_week_of_both_strategies_and_its_flattening_leaves_every_book_the_brokers(root):
    root.server.exchange.parts = 3
    desk = root.desk(at=EIGHT)
    asyncio.run(run_week(desk, WEEK))
    root.server.exchange.open_market()
    desk = root.desk(desk.store, AFTER_OPEN)
    settle(desk, AFTER_OPEN)
    desk = root.desk(desk.store)
    assert cycle(desk).orders
    desk = settled(root, desk)
    assert_the_broker_agrees(root, desk)
    assert_it_is_the_sum_of_its_fills(desk)
    assert len(desk.books.book(ACCOUNT).ledger.positions) == 1
    stop(desk)
    assert flatten(desk, NOON).ordered
    assert not flatten_due(desk)
    for _ in range(2):
        desk = settled(root, desk)
    assert_the_broker_agrees(root, desk)
    assert not any(book.ledger.positions for book in ledgers(desk).values())
    assert len(set(sent(root))) == len(sent(root))
    assert_it_is_the_sum_of_its_fills(desk)
    scratch = scratch_desk(root.settings(), desk.store)
    assert asyncio.run(replay(desk.store, WEEK, scratch)).difference is None


def assert_it_is_the_sum_of_its_fills(desk: Desk) -> None:
    """To the cent, and every fill of a cycle is told with its scores."""
    fills, ledger = own_fills(desk), desk.books.book(ACCOUNT).ledger
    paid = sum((one.side.sign * one.quantity * one.price + one.commission for one in fills), ZERO)
    assert ledger.cash == Decimal(100_000) - paid
    rows = desk.store.read_all(types=[TradeExecuted.__name__])
    told = [desk.store.decode(row).fill for row in rows]
    assert told == [one for one in fills if "flatten" not in one.client_order_id] != []


class Killed(BaseException):
    """The process is gone: nothing of ours catches this."""


class DyingBroker:
    """The process is killed when it sends, before or after the broker heard of it."""

    def __init__(self, broker, *, heard: bool) -> None:
        self._broker = broker
        self._heard = heard

    def __getattr__(self, name):
        return getattr(self._broker, name)

    def place_all(self, tickets):
        if self._heard:
            self._broker.place_all(tickets)
        raise Killed


@pytest.mark.parametrize("heard", [True, False])
def test_a_process_killed_while_it_sent_is_gone_on_with_and_sends_nothing_twice(root, heard):
    desk = opened(root)
    with pytest.raises(Killed):
        cycle(replace(desk, broker=DyingBroker(desk.broker, heard=heard)))
    assert len(sent(root)) == heard
    revived = opened(root, desk.store)
    ran = cycle(revived)
    assert ran.orders == len(sent(root)) == 1
    assert_the_broker_agrees(root, revived)


@pytest.mark.parametrize("heard", [True, False])
def test_an_order_of_a_cycle_nobody_went_on_with_is_found_or_ends_with_its_session(root, heard):
    desk = opened(root)
    with pytest.raises(Killed):
        cycle(replace(desk, broker=DyingBroker(desk.broker, heard=heard)))
    later = on("2024-03-06", "16:06")
    revived = root.desk(desk.store, at=later)
    settle_strategy(revived, revived.strategies[0], later)
    assert len(sent(root)) == len(own_fills(revived)) == heard
    assert_the_broker_agrees(root, revived)


@ON_ONE_KEY
def test_an_answer_that_was_lost_sends_nothing_twice(root):
    desk = opened(root)
    root.server.faults.plan(Fault(drop=True))
    for _ in range(3):
        try:
            cycle(desk)
        except BrokerError:
            continue
        break
    assert len(sent(root)) == 1
    assert_the_broker_agrees(root, desk)


@ON_ONE_KEY
def test_an_order_that_expires_at_the_broker_ends_in_the_ledger_too(root):
    desk = opened(root)
    root.server.exchange.fills_at_once = False
    cycle(desk)
    assert desk.books.book(ACCOUNT).open_orders
    root.server.exchange.close_market()
    desk = settled(root, desk)
    assert_the_broker_agrees(root, desk)
    assert not own_fills(desk)


@ON_ONE_KEY
def test_flattening_takes_back_what_lies_at_the_broker_and_was_never_recorded(root):
    desk = opened(root)
    root.server.exchange.fills_at_once = False
    with pytest.raises(Killed):
        cycle(replace(desk, broker=DyingBroker(desk.broker, heard=True)))
    stop(desk)
    for _ in range(2):
        revived = root.desk(desk.store)
        flatten(revived, NOON)
    revived = settled(root, revived)
    assert not flatten_due(revived)
    every = [one for paper in root.server.exchange.accounts.values() for one in paper.orders]
    assert [one.status for one in every] == ["canceled"]
    assert_the_broker_agrees(root, revived)


class Dies(Exception):
    """The process is gone."""


class DyingStore:
    """A store whose process dies right after the ``number``-th commit from now on."""

    def __init__(self, inner, number: int) -> None:
        self._inner, self._left = inner, number

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def commit(self, appends):
        stored = self._inner.commit(appends)
        self._left -= 1
        if not self._left:
            raise Dies
        return stored


def test_killed_after_any_commit_of_a_flattening_it_is_closed_once(root):
    desk = opened(root)
    for number in range(1, 100):
        cycle(desk, f"cycle {number}")
        before = len(sent(root))
        stop(desk)
        try:
            flatten(root.desk(DyingStore(desk.store, number)), NOON)
        except Dies:
            died = True
        else:
            died = False
        for _ in range(2):
            after = settled(root, desk)
            flatten(after, NOON)
        desk = settled(root, desk)
        assert not flatten_due(desk)
        assert_the_broker_agrees(root, desk)
        assert desk.books.book(ACCOUNT).ledger.positions == {}
        assert len(sent(root)) == before + 1
        enable(desk.store, "well again", "ann", NOON)
        if not died:
            assert number > 2
            return


def test_what_somebody_else_did_there_blocks_it_before_it_sends(root):
    desk = opened(root)
    cycle(desk)
    own = desk.strategies[0].custody == ACCOUNT
    paper = root.paper(7) if own else root.server.account
    paper.positions["IWM"] = Decimal(3)
    before = sent(root)
    stop(desk)
    reconcile(desk, NOON)
    with pytest.raises(TradingBlocked, match="IWM"):
        flatten(desk, NOON)
    assert sent(root) == before
    rows = desk.store.read_all(types=[ReconciliationMismatch.__name__])
    assert {desk.store.decode(row).account for row in rows} == {ACCOUNT if own else KEY}


@ON_ONE_KEY
def test_its_slots_follow_a_cycles_orders_soon(root):
    desk = opened(root)
    day = on("2024-03-06").date()
    keys = {slot.key for slot in desk_slots(desk, day, day)}
    assert {f"cycle_fills/equity_cycle/{day}/{label}" for label in ("11:03", "14:33")} <= keys


@ON_ONE_KEY
def test_a_second_cycle_while_orders_are_open_counts_them(root):
    desk = opened(root)
    root.server.exchange.fills_at_once = False
    cycle(desk, "one")
    desk.clock.move_to(NOON + timedelta(minutes=30))
    cycle(desk, "two")
    intents = [
        desk.store.decode(row).intent for row in desk.store.read_all(types=[OrderIntended.__name__])
    ]
    symbols = [one.symbol for one in intents if one.purpose is Purpose.CYCLE_BUY]
    assert len(symbols) == len(set(symbols))


def test_a_key_of_its_own_that_fails_stops_nothing_of_the_council(tmp_path):
    with alpaca_server() as server:
        root = bound_root(tmp_path / "root", server, range(1, 8))
        desk = opened(root)
        cycle(desk)
        root.server.exchange.accounts.pop("PK-7")
        fresh = opened(root, desk.store)
        assert set(reconcile_council(fresh, NOON).values()) == {Agreement.AGREES}
        settle(fresh, NOON)
        with pytest.raises(BrokerError):
            reconcile(fresh, NOON)
