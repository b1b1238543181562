"""Where a strategy may trade: its capital is found first, its broker kept for life, approval never passed by."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from config.terminal.doctor import Check, checks
from core.clock import FixedClock
from core.desk.capital import Transfer, deposit, withdraw
from core.desk.cycle_log import begun
from core.desk.desk import Desk
from core.desk.flatten import flatten, flatten_due
from core.desk.opening import open_desk
from core.desk.reconcile import Agreement, reconcile, reconcile_council
from core.desk.settle import settle
from core.desk.strategy_settle import settle_strategy
from core.desk.trading_switch import disable
from core.desk.weekly import run_week
from core.errors import BadInput, BrokerError
from core.strategy import EQUITY
from core.types import WeekId
from tests.fakes.bound_desks import ACCOUNT, KEY, NOON, BoundRoot, bound_root, cycle
from tests.fakes.desks import on
from tests.servers.alpaca_server import alpaca_server

CLOSED = on("2024-03-06", "16:06")
SIX, SEVEN = range(1, 7), range(1, 8)


@pytest.fixture
def server():
    with alpaca_server() as served:
        served.account.cash = Decimal(800_000)
        yield served


@pytest.fixture
def root(request, tmp_path, server):
    """With these accounts' own key pairs; one pair for all without any."""
    return bound_root(tmp_path / "root", server, getattr(request, "param", ()))


def opened(root: BoundRoot, store=None) -> Desk:
    desk = root.desk(store)
    root.server.exchange.open_market()
    return desk


def refused(desk: Desk, why: str) -> None:
    """In one line, and nothing is left of it."""
    before = desk.store.last_position()
    with pytest.raises(BadInput, match=why) as caught:
        cycle(desk)
    assert "\n" not in str(caught.value)
    assert not desk.books.opened(ACCOUNT) or desk.store.last_position() == before
    assert begun(desk.store, desk.strategies[0], "test") is None


def said_by_doctor(root: BoundRoot, desk: Desk) -> Check:
    found = checks(root.settings(), lambda: desk, Check("database", ok=True, detail="sqlite"))
    (line,) = [check for check in found if check.name == f"strategy {EQUITY}"]
    return line


def move(desk: Desk, what, amount: str) -> None:
    transfer = Transfer(Decimal(amount), "more", "ann")
    what(desk.store, desk.strategies[0].spec, transfer, desk.clock.now())


@pytest.mark.parametrize("root", [SIX], indirect=True)
def test_without_a_key_pair_of_its_own_none_of_its_cycles_trades_and_the_council_does(root):
    desk = opened(root)
    assert desk.strategies[0].custody == ACCOUNT
    refused(desk, "set ALPACA_ACCOUNT_7_KEY_ID and ALPACA_ACCOUNT_7_SECRET_KEY in .env, or broker")
    line = said_by_doctor(root, desk)
    assert not line.ok
    assert "ALPACA_ACCOUNT_7_KEY_ID" in line.detail
    open_desk(desk, NOON)
    assert set(reconcile(desk, NOON).values()) == {Agreement.AGREES}
    settle(desk, NOON)
    assert cycle(desk, execute=False).outcome


@pytest.mark.parametrize("root", [SEVEN], indirect=True)
def test_doctor_says_where_its_orders_go(root):
    line = said_by_doctor(root, opened(root))
    assert (line.ok, line.detail) == (True, "on, acct_7 trades on a paper account of its own")


def test_orders_that_would_wait_for_a_person_are_not_sent_and_nobody_is_asked(root):
    root.edit("risk.yaml", "approval: auto", "approval: manual")
    desk = opened(root)
    refused(desk, "execution.approval is manual")
    assert not desk.books.opened(ACCOUNT)
    assert cycle(desk, execute=False).outcome
    assert not said_by_doctor(root, desk).ok


def test_one_key_that_does_not_cover_all_is_one_line_and_the_council_trades_on(root):
    root.server.account.cash = Decimal(650_000)
    desk = root.desk(at=on("2024-03-06"))
    asyncio.run(run_week(desk, WeekId("2024-03-06")))
    desk = opened(root, desk.store)
    settle(desk, NOON)
    refused(desk, r"\$100,000.00 more is not covered, \$50,000.00 is free .*lower capital")
    assert not desk.books.opened(ACCOUNT)
    assert any(desk.books.book(one.account_id).ledger.positions for one in desk.policy.accounts)


@pytest.mark.parametrize("root", [SEVEN], indirect=True)
def test_an_account_of_its_own_holds_its_capital_and_nothing_else(root):
    root.paper(7).cash = Decimal(60_000)
    refused(opened(root), r"acct_7 holds \$60,000.00, equity_cycle begins with \$100,000.00")
    root.paper(7).cash = Decimal(100_000)
    root.paper(7).positions["IWM"] = Decimal(3)
    refused(opened(root), "acct_7 has IWM already")
    root.paper(7).positions.clear()
    assert cycle(opened(root)).orders


@pytest.mark.parametrize("root", [SEVEN], indirect=True)
def test_the_broker_an_account_was_opened_at_is_its_own_for_life(root):
    desk = opened(root)
    cycle(desk)
    root.edit("strategies.yaml", "    broker: desk", "    broker: simulated")
    moved = opened(root, desk.store)
    assert moved.strategies[0].custody == ACCOUNT
    with pytest.raises(BadInput, match="set broker: desk in config/strategies"):
        cycle(moved, "later")
    disable(moved.store, "enough", "ann", NOON, flatten=True)
    assert flatten(moved, NOON).ordered
    settle_strategy(moved, moved.strategies[0], NOON)
    assert root.paper(7).positions == {}


def test_a_process_that_would_ask_another_broker_touches_nothing(root):
    desk = opened(root)
    cycle(desk)
    before = desk.store.last_position()
    stale = replace(desk.strategies[0], custody=None)
    with pytest.raises(BadInput, match="restart the scheduler"):
        settle_strategy(desk, stale, NOON)
    assert desk.store.last_position() == before


@pytest.mark.parametrize("root", [SEVEN], indirect=True)
def test_no_event_moves_the_money_of_a_paper_account(root):
    desk = opened(root)
    cycle(desk)
    for what in (deposit, withdraw):
        with pytest.raises(BadInput, match="acct_7 is a paper account of its own"):
            move(desk, what, "100")


def test_capital_on_one_key_is_moved_as_far_as_the_key_covers_it(root):
    desk = opened(root)
    cycle(desk)
    with pytest.raises(BadInput, match=r"\$100,000.00 is free"):
        move(desk, deposit, "100000.01")
    move(desk, deposit, "70000")
    with pytest.raises(BadInput, match=r"\$30,000.00 is free"):
        move(desk, deposit, "30001")
    move(desk, withdraw, "10000")
    move(desk, deposit, "40000")
    assert desk.broker.cash(ACCOUNT) == desk.books.book(ACCOUNT).ledger.cash
    assert set(reconcile(desk, NOON).values()) == {Agreement.AGREES}


def test_capital_is_not_put_in_while_the_key_differs(root):
    desk = opened(root)
    cycle(desk)
    root.server.account.positions["IWM"] = Decimal(3)
    reconcile(desk, NOON)
    with pytest.raises(BadInput, match="key is blocked"):
        move(desk, deposit, "100")


@pytest.mark.parametrize("root", [SEVEN], indirect=True)
def test_a_key_of_its_own_that_is_dead_stops_nothing_of_the_council(root):
    desk = root.desk(at=on("2024-03-06"))
    asyncio.run(run_week(desk, WeekId("2024-03-06")))
    desk = opened(root, desk.store)
    settle(desk, NOON)
    cycle(desk)
    root.server.exchange.accounts.pop("PK-7")
    dead = root.desk(desk.store)
    assert set(reconcile_council(dead, NOON).values()) == {Agreement.AGREES}
    with pytest.raises(BrokerError):
        reconcile(dead, NOON)
    disable(dead.store, "enough", "ann", NOON, flatten=True)
    with pytest.raises(BrokerError):
        flatten(dead, NOON)
    settle(dead, NOON)
    books = [dead.books.book(one.account_id) for one in dead.policy.accounts]
    assert not any(book.ledger.positions for book in books)
    assert flatten_due(dead)


@pytest.mark.parametrize("own", [SEVEN, ()], ids=["own", "shared"])
def test_beside_a_desk_at_alpaca_one_that_is_simulated_fills_at_bars(tmp_path, server, own):
    root = bound_root(tmp_path / "root", server, own, broker="simulated")
    desk = opened(root)
    assert (desk.strategies[0].custody, desk.strategies[0].fault) == (None, None)
    assert cycle(desk).orders
    assert server.posts() == []
    after = desk.clock
    assert isinstance(after, FixedClock)
    after.move_to(CLOSED)
    settle_strategy(desk, desk.strategies[0], CLOSED)
    assert desk.books.book(ACCOUNT).ledger.positions
    assert desk.books.book(ACCOUNT).custody is None
    assert KEY not in desk.statements.custodies() or ACCOUNT not in desk.statements.custodies()[KEY]
    open_desk(desk, CLOSED)
    assert set(reconcile(desk, CLOSED).values()) == {Agreement.AGREES}
    disable(desk.store, "enough", "ann", CLOSED, flatten=True)
    assert flatten(desk, CLOSED).ordered
    after.move_to(on("2024-03-07", "09:36"))
    settle_strategy(desk, desk.strategies[0], after.now())
    assert not desk.books.book(ACCOUNT).ledger.positions
    assert server.posts() == []
