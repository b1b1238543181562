"""Broker and ledger compared over a real socket: agreement, mismatch, block, and the way out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from core.clock import at_new_york
from core.desk.broker_standing import blocked_accounts, standing
from core.desk.dispatch import run_slot
from core.desk.opening import open_desk
from core.desk.reconcile import Agreement, accept, reconcile
from core.desk.settle import settle
from core.desk.slot_log import SlotOutcome, finished
from core.desk.slots import Job, session_slots
from core.desk.weekly import run_week
from core.desk.writing import account_stream, new_event
from core.errors import BadInput, BrokerUnavailable, TradingBlocked
from core.events.account import OrderIntended
from core.events.envelope import Append
from core.events.reconciliation import (
    AccountsReconciled,
    BrokerBaseline,
    MismatchResolved,
    ReconciliationMismatch,
)
from core.rules.checkpoint_orders import Holding, close_order
from core.schemas.order import Purpose
from core.types import AccountId
from tests.fakes.alpaca_desks import (
    AFTER_OPEN,
    EIGHT,
    KEY,
    WEEK,
    key_of,
    one_key_desk,
    six_key_desk,
)
from tests.servers.alpaca_faults import Fault
from tests.servers.alpaca_server import alpaca_server

NOON = at_new_york(date(2024, 3, 6), time(12))
RECONCILED = (BrokerBaseline, AccountsReconciled, ReconciliationMismatch, MismatchResolved)


@pytest.fixture
def server():
    with alpaca_server() as served:
        served.exchange.now = EIGHT
        served.account.cash = Decimal(700_000)
        yield served


def said(desk, *kinds):
    names = [kind.__name__ for kind in kinds or RECONCILED]
    return [desk.store.decode(row) for row in desk.store.read_all(types=names)]


def week_filled(desk, server):
    asyncio.run(run_week(desk, WEEK))
    server.exchange.open_market()
    desk.clock.move_to(AFTER_OPEN)
    settle(desk, AFTER_OPEN)
    settle(desk, AFTER_OPEN)
    return desk


def holder(desk):
    """An account that holds something, and what."""
    for account in desk.policy.accounts:
        held = desk.books.book(account.account_id).ledger.positions
        if held:
            return account.account_id, next(iter(held))
    raise AssertionError("nobody holds anything")


@pytest.mark.parametrize("build", [six_key_desk, one_key_desk])
def test_a_week_agrees_to_the_share_and_cent_and_says_so_once_a_session(server, build):
    server.exchange.parts = 3
    desk = week_filled(build(server), server)
    for _ in range(3):
        assert set(reconcile(desk, AFTER_OPEN).values()) == {Agreement.AGREES}
    assert not said(desk, ReconciliationMismatch)
    assert len(said(desk, AccountsReconciled)) == 1
    assert len(said(desk, BrokerBaseline)) == (6 if build is six_key_desk else 1)


def test_a_trade_by_hand_blocks_its_account_alone_shows_both_sides_and_is_never_adjusted(server):
    desk = week_filled(six_key_desk(server), server)
    account, symbol = holder(desk)
    theirs = server.exchange.accounts[key_of(account)]
    ours = desk.books.book(account).quantity(symbol)
    theirs.positions[symbol] += 2
    theirs.cash -= 200
    found = reconcile(desk, NOON)
    assert [name for name, one in found.items() if one is Agreement.DIFFERS] == [account]
    wrong = said(desk, ReconciliationMismatch)
    assert [(one.what, one.subject) for one in wrong] == [("position", symbol), ("cash", "USD")]
    assert (wrong[0].ledger, wrong[0].broker) == (f"{ours}", f"{ours + 2}")
    assert desk.books.book(account).quantity(symbol) == ours
    assert list(blocked_accounts(desk)) == [account]
    reconcile(desk, NOON)
    assert len(said(desk, ReconciliationMismatch)) == 2  # said once
    theirs.positions[symbol] -= 2
    theirs.cash += 200
    reconcile(desk, NOON)
    assert [one.by for one in said(desk, MismatchResolved)] == ["desk"]
    assert not blocked_accounts(desk)


def test_a_blocked_account_sends_nothing_while_the_others_trade_and_goes_on_once_resolved(server):
    desk = six_key_desk(server)
    open_desk(desk, EIGHT)
    reconcile(desk, EIGHT)
    account = AccountId("acct_1")
    theirs = server.exchange.accounts[key_of(account)]
    theirs.cash -= 50
    with pytest.raises(TradingBlocked, match=r"acct_1 is blocked.*cash USD: ledger 100000.00, bro"):
        asyncio.run(run_week(desk, WEEK))
    assert theirs.orders == []
    assert any(other.orders for other in server.exchange.accounts.values())
    sent = {key: len(other.orders) for key, other in server.exchange.accounts.items()}
    with pytest.raises(BadInput, match="--reason"):
        accept(desk, account, " ", EIGHT)
    assert accept(desk, account, "a fee of the broker", EIGHT) == Decimal(-50)
    done = asyncio.run(run_week(desk, WEEK))
    assert done.completed
    again = {key: len(other.orders) for key, other in server.exchange.accounts.items()}
    assert {key for key in again if again[key] != sent[key]} <= {key_of(account)}
    week_filled(desk, server)
    assert set(reconcile(desk, AFTER_OPEN).values()) == {Agreement.AGREES}


def test_shares_cannot_be_accepted(server):
    desk = week_filled(six_key_desk(server), server)
    account, symbol = holder(desk)
    server.exchange.accounts[key_of(account)].positions[symbol] += 1
    reconcile(desk, NOON)
    with pytest.raises(BadInput, match=f"position {symbol}.*only cash can be accepted"):
        accept(desk, account, "why not", NOON)
    with pytest.raises(BadInput, match="no account acct_9"):
        accept(desk, AccountId("acct_9"), "why not", NOON)


def test_a_difference_on_a_shared_key_blocks_all_who_share_it(server):
    desk = week_filled(one_key_desk(server), server)
    server.account.positions["SPY"] = server.account.positions.get("SPY", Decimal(0)) + 5
    assert reconcile(desk, NOON) == {KEY: Agreement.DIFFERS}
    assert set(blocked_accounts(desk)) == {one.account_id for one in desk.policy.accounts}


def test_an_order_placed_by_hand_is_a_mismatch_before_it_fills(server):
    desk = six_key_desk(server)
    open_desk(desk, EIGHT)
    reconcile(desk, EIGHT)
    theirs = server.exchange.accounts[key_of(AccountId("acct_6"))]
    order = {"symbol": "SPY", "side": "buy", "qty": "1", "client_order_id": "by-hand"}
    server.exchange.submit(theirs, {**order, "type": "market", "time_in_force": "day"})
    reconcile(desk, EIGHT)
    (wrong,) = said(desk, ReconciliationMismatch)
    assert (wrong.account, wrong.what, wrong.subject) == ("acct_6", "order", "by-hand")


def test_a_key_with_too_little_for_six_accounts_trades_nothing_and_says_what_to_set(server):
    server.account.cash = Decimal(100_000)
    desk = one_key_desk(server)
    with pytest.raises(TradingBlocked, match=r"starting_cash.*set risk\.starting_cash"):
        asyncio.run(run_week(desk, WEEK))
    assert server.account.orders == []


def test_a_fill_between_two_questions_is_no_mismatch(server):
    desk = six_key_desk(server)
    asyncio.run(run_week(desk, WEEK))
    server.exchange.open_market(fill=False)
    desk.clock.move_to(AFTER_OPEN)
    broker = desk.broker
    real = broker.statement

    def statement(custody):
        server.exchange.fill_open()  # after the ledger was brought up to date
        return real(custody)

    broker.statement = statement
    assert Agreement.DIFFERS not in set(reconcile(desk, AFTER_OPEN).values())
    assert not said(desk, ReconciliationMismatch)
    assert set(reconcile(desk, AFTER_OPEN).values()) == {Agreement.AGREES}


def test_silence_is_neither_agreement_nor_mismatch_and_no_trading_job_begins(server):
    desk = week_filled(six_key_desk(server), server)
    server.faults.plan(*[Fault("GET", "/v2/positions", drop=True, times=500)])
    with pytest.raises(BrokerUnavailable):
        reconcile(desk, NOON)
    assert not said(desk, ReconciliationMismatch)
    desk.clock.move_to(NOON)
    slots = session_slots(desk.policy.schedule, desk.calendar, date(2024, 3, 6))
    noon = next(one for one in slots if one.job is Job.CHECKPOINT and one.at == NOON)
    assert asyncio.run(run_slot(desk, noon)) is SlotOutcome.FAILED
    assert "positions" in finished(desk.store, noon).detail


def test_a_blocked_account_is_left_alone_by_checkpoints(server):
    desk = week_filled(six_key_desk(server), server)
    account, symbol = holder(desk)
    server.exchange.accounts[key_of(account)].positions[symbol] += 2
    desk.clock.move_to(NOON)
    slots = session_slots(desk.policy.schedule, desk.calendar, date(2024, 3, 6))
    noon = next(one for one in slots if one.job is Job.CHECKPOINT and one.at == NOON)
    assert asyncio.run(run_slot(desk, noon)) is SlotOutcome.DONE
    decided = [
        desk.store.decode(row).decision for row in desk.store.read_all(types=["CheckpointDecided"])
    ]
    (blocked,) = [one for one in decided if one.account_id == account]
    assert (blocked.rule, blocked.action) == ("blocked", "STAY")
    assert all(one.rule != "blocked" for one in decided if one.account_id != account)


def test_what_is_on_record_is_the_same_after_a_restart(server):
    desk = week_filled(six_key_desk(server), server)
    account, symbol = holder(desk)
    server.exchange.accounts[key_of(account)].positions[symbol] += 2
    reconcile(desk, NOON)
    revived = six_key_desk(server, desk.store)
    assert blocked_accounts(revived) == blocked_accounts(desk)
    reconcile(revived, NOON)
    assert len(said(revived, ReconciliationMismatch)) == 1
    assert standing(revived.store).version == standing(desk.store).version


def intended_close(desk, account, symbol):
    """An order to close that was written down, and the process died before it was sent."""
    book = desk.books.book(account)
    holding = Holding(
        account_id=account,
        week_id=book.week.week_id,
        run_id=book.week.run_id,
        symbol=symbol,
        quantity=book.quantity(symbol),
        price=Decimal(10),
        sequence=book.week.orders,
        decided_at=NOON,
    )
    intent = close_order(holding, abs(holding.quantity), Purpose.CHECKPOINT_CLOSE)
    stream = account_stream(account)
    new = new_event(stream, OrderIntended(intent=intent), [intent.client_order_id], NOON)
    desk.store.commit([Append(stream, [new], book.version)])


@pytest.mark.parametrize("build", [six_key_desk, one_key_desk])
def test_what_was_left_to_send_waits_for_the_comparison(server, build):
    desk = week_filled(build(server), server)
    reconcile(desk, AFTER_OPEN)
    account, symbol = holder(desk)
    held = desk.books.book(account).quantity(symbol)
    intended_close(desk, account, symbol)
    theirs = server.account if build is one_key_desk else server.exchange.accounts[key_of(account)]
    theirs.positions[symbol] -= held  # somebody closed it by hand meanwhile
    theirs.cash += held * server.exchange.listings[symbol].price
    before = len(theirs.orders)
    revived = build(server, desk.store)
    revived.clock.move_to(NOON)
    assert Agreement.DIFFERS in reconcile(revived, NOON).values()
    assert settle(revived, NOON) == 0
    assert len(theirs.orders) == before
    theirs.positions[symbol] = theirs.positions.get(symbol, Decimal(0)) + held
    theirs.cash -= held * server.exchange.listings[symbol].price
    assert set(reconcile(revived, NOON).values()) == {Agreement.AGREES}
    settle(revived, NOON)
    assert len(theirs.orders) == before + 1


@pytest.mark.parametrize("build", [six_key_desk, one_key_desk])
@pytest.mark.parametrize("filled", [0, 3])
def test_an_account_that_was_reset_is_a_mismatch_of_its_orders_and_stops_no_other(
    server, build, filled
):
    desk = build(server)
    asyncio.run(run_week(desk, WEEK))
    server.exchange.open_market(fill=False)
    desk.clock.move_to(AFTER_OPEN)
    for theirs in server.exchange.accounts.values():
        for order in theirs.orders if filled else ():
            server.exchange.fill(theirs, order, Decimal(filled))
    reconcile(desk, AFTER_OPEN)
    account = next(
        one.account_id
        for one in desk.policy.accounts
        if desk.books.book(one.account_id).open_orders
    )
    theirs = server.account if build is one_key_desk else server.exchange.accounts[key_of(account)]
    theirs.orders.clear()
    theirs.fills.clear()
    theirs.positions.clear()
    found = reconcile(desk, NOON)
    custody = KEY if build is one_key_desk else account
    assert [name for name, one in found.items() if one is Agreement.DIFFERS] == [custody]
    wrong = said(desk, ReconciliationMismatch)
    assert ("order", "sent", "unknown") in {(one.what, one.ledger, one.broker) for one in wrong}
    assert account in blocked_accounts(desk)
    assert settle(desk, NOON) == 0


def test_a_second_difference_while_orders_fill_is_said_once_and_the_first_not_again(server):
    desk = six_key_desk(server)
    asyncio.run(run_week(desk, WEEK))
    server.exchange.open_market(fill=False)
    desk.clock.move_to(AFTER_OPEN)
    reconcile(desk, AFTER_OPEN)
    account = next(
        one.account_id
        for one in desk.policy.accounts
        if desk.books.book(one.account_id).open_orders
    )
    theirs = server.exchange.accounts[key_of(account)]
    theirs.positions["IAU"] = Decimal(5)
    reconcile(desk, AFTER_OPEN)
    hidden = Fault("GET", "/v2/account/activities", times=None, status=200, body=b"[]")
    server.faults.plan(hidden)
    server.exchange.fill(theirs, theirs.orders[0], Decimal(3))
    theirs.positions["BNO"] = Decimal(7)
    for _ in range(3):
        assert reconcile(desk, AFTER_OPEN)[account] is Agreement.DIFFERS
    wrong = [(one.what, one.subject) for one in said(desk, ReconciliationMismatch)]
    assert sorted(wrong) == [("position", "BNO"), ("position", "IAU")]
    assert not said(desk, MismatchResolved)
    server.faults.clear()
    del theirs.positions["IAU"], theirs.positions["BNO"]
    assert set(reconcile(desk, AFTER_OPEN).values()) == {Agreement.AGREES}
    assert not blocked_accounts(desk)


class Dying:
    """Takes the first orders, then the process is gone before anything was recorded."""

    def __init__(self, broker):
        self._broker = broker

    def __getattr__(self, name):
        return getattr(self._broker, name)

    def place_all(self, tickets):
        self._broker.place_all(tickets)
        raise Gone


class Gone(BaseException):
    pass


@pytest.mark.parametrize("build", [six_key_desk, one_key_desk])
def test_an_order_sent_but_not_recorded_is_found_by_its_id_and_is_no_mismatch(server, build):
    desk = build(server)
    open_desk(desk, EIGHT)
    reconcile(desk, EIGHT)
    with pytest.raises(Gone):
        asyncio.run(run_week(replace(desk, broker=Dying(desk.broker)), WEEK))
    server.exchange.open_market()
    revived = build(server, desk.store)
    revived.clock.move_to(AFTER_OPEN)
    reconcile(revived, AFTER_OPEN)
    assert not said(revived, ReconciliationMismatch)
    assert not blocked_accounts(revived)
    done = asyncio.run(run_week(revived, WEEK))
    assert done.completed
    assert set(reconcile(revived, AFTER_OPEN).values()) == {Agreement.AGREES}
