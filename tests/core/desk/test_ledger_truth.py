"""Half a year recounted from raw events by other code: every share, every cent, every week."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from core.events.account import CheckpointDecided, OrderIntended, TargetSet
from core.events.market import UniverseMarked
from core.events.week import PostmortemWritten, WeekClosed
from core.schemas.order import Purpose
from core.types import CheckpointAction, Horizon
from tests.fakes.desks import Bench, MoodyModel, bench, on, rules_settings
from tests.fixture_files import fixtures_root

ACCOUNTS = [f"acct_{number}" for number in range(1, 7)]
UNIVERSE = fixtures_root() / "market" / "universe"
NERVOUS = {
    "checkpoints.penalty": "1.5",
    "checkpoints.flip_beyond": "0.1",
    "risk.partial_fills": "true",
}
HORIZONS = {"rules/trend": Horizon.DAY, "rules/carry": Horizon.THREE_DAYS}


@pytest.fixture(scope="module")
def half_year() -> Bench:
    """February to July 2020 on real bars where they are, else on simulated ones."""
    bars = UNIVERSE if UNIVERSE.is_dir() else None
    settings = rules_settings(bars=bars, overrides=NERVOUS)
    made = bench(settings, at=on("2020-02-05", "06:00"), model=MoodyModel())
    report = made.simulate("2020-02-05", "2020-07-28")
    assert (report.weeks, report.failed) == (25, 0)
    return made


@dataclass
class Recount:
    """Cash and shares after each event of an account's stream, from its JSON alone."""

    cash: Decimal = Decimal(0)
    shares: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    borrow: Decimal = Decimal(0)
    fills: int = 0

    def follow(self, kind: str, payload: dict) -> None:
        if kind == "AccountOpened":
            self.cash = Decimal(payload["starting_cash"])
        elif kind == "OrderFilled":
            fill = payload["fill"]
            signed = Decimal(fill["quantity"]) * (1 if fill["side"] == "BUY" else -1)
            self.cash -= signed * Decimal(fill["price"]) + Decimal(fill["commission"])
            self.shares[fill["symbol"]] += signed
            self.fills += 1
        elif kind == "BorrowCharged":
            self.cash -= Decimal(payload["amount"])
            self.borrow += Decimal(payload["amount"])

    @property
    def held(self) -> dict[str, Decimal]:
        return {symbol: quantity for symbol, quantity in self.shares.items() if quantity}


def recount(made: Bench, account: str) -> Recount:
    found = Recount()
    for row in made.rows(f"account/{account}"):
        found.follow(row.type, row.payload)
    return found


@pytest.mark.parametrize("account", ACCOUNTS)
def test_cash_and_shares_are_what_the_events_add_up_to(half_year, account):
    mine, book = recount(half_year, account), half_year.desk.books.book(account)
    assert book.ledger.cash == mine.cash
    held = {symbol: position.quantity for symbol, position in book.ledger.positions.items()}
    assert held == mine.held
    assert mine.fills > 20 or account == "acct_6"


@pytest.mark.parametrize("restarted", [False, True], ids=["same process", "restarted"])
def test_the_brokers_books_are_the_desks_books(half_year, restarted):
    """The broker knows no borrow cost: it is charged by the desk."""
    desk = half_year.under({}).desk if restarted else half_year.desk
    for account in ACCOUNTS:
        mine = recount(half_year, account)
        assert dict(desk.broker.positions(account)) == mine.held
        assert desk.broker.cash(account) == mine.cash + mine.borrow


def test_flat_never_trades(half_year):
    kinds = {row.type for row in half_year.rows("account/acct_6")}
    assert kinds <= {"AccountOpened", "TargetSet", "CheckpointDecided", "NoNewPrice"}
    assert recount(half_year, "acct_6").cash == 100_000


def test_somebody_sold_short_and_paid_for_it(half_year):
    assert any(recount(half_year, account).borrow > 0 for account in ACCOUNTS)


def test_no_fill_takes_a_position_through_zero(half_year):
    for account in ACCOUNTS:
        books = Recount()
        for row in half_year.rows(f"account/{account}"):
            symbol = row.payload.get("fill", {}).get("symbol", "")
            before = books.shares[symbol]
            books.follow(row.type, row.payload)
            assert before * books.shares[symbol] >= 0


def finals(made: Bench):
    """Final postmortems, oldest first."""
    every = [event.postmortem for event in made.events(PostmortemWritten)]
    return [report for report in every if not report.provisional]


def test_every_week_but_the_last_is_closed_once(half_year):
    closed = [event.week_id for event in half_year.events(WeekClosed)]
    assert closed == [report.week_id for report in finals(half_year)]
    assert len(closed) == len(set(closed)) == 24
    provisional = [
        e.postmortem for e in half_year.events(PostmortemWritten) if e.postmortem.provisional
    ]
    assert [report.week_id for report in provisional] == closed


@pytest.mark.parametrize("account", ACCOUNTS)
def test_weekly_results_add_up_to_the_change_of_equity(half_year, account):
    weeks = [
        week
        for report in finals(half_year)
        for week in report.accounts
        if week.account_id == account
    ]
    assert len(weeks) == 24
    assert weeks[0].equity_start == 100_000
    for before, after in pairwise(weeks):
        assert after.equity_start == before.equity_end
    assert sum(week.pnl for week in weeks) == weeks[-1].equity_end - 100_000
    for week in weeks:
        assert week.week_return == pytest.approx(float(week.equity_end / week.equity_start - 1))


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_last_weeks_end_is_equity_at_the_marks_of_its_last_session(half_year, account):
    """What was held counts at the fills that took it back, and what was kept at its mark."""
    marks = {
        event.session: {price.symbol: price.price for price in event.prices}
        for event in half_year.events(UniverseMarked)
    }
    last = finals(half_year)[-1]
    reported = next(week for week in last.accounts if week.account_id == account)
    rows = half_year.rows(f"account/{account}")
    begins = [row.version for row in rows if row.type == TargetSet.__name__][-1]
    books = Recount()
    for row in rows[: begins - 1]:
        books.follow(row.type, row.payload)
    closing = {
        row.payload["intent"]["client_order_id"]
        for row in rows[begins:]
        if row.type == OrderIntended.__name__
        and row.payload["intent"]["purpose"] == Purpose.WEEKLY_CLOSE
    }
    for row in rows[begins:]:
        if row.payload.get("fill", {}).get("client_order_id") in closing:
            books.follow(row.type, row.payload)
    worth = sum(
        (held * marks[last.last_session][symbol] for symbol, held in books.held.items()), books.cash
    )
    assert reported.equity_end == worth


def test_the_council_is_compared_with_the_mean_and_the_best(half_year):
    for report in finals(half_year):
        returns = {week.account_id: week.week_return for week in report.accounts}
        pms = {account: returns[account] for account in ACCOUNTS[:4]}
        assert report.council_return == returns["acct_5"]
        assert report.mean_pm_return == pytest.approx(math.fsum(pms.values()) / 4)
        assert report.best_pm_return == max(pms.values())
        assert returns[report.best_pm] == report.best_pm_return
        assert returns["acct_6"] == 0


def acted(made: Bench, action: CheckpointAction):
    """(row, decision) of every checkpoint that did this."""
    rows = made.store.read_all(types=[CheckpointDecided.__name__])
    found = [(row, made.store.decode(row).decision) for row in rows]
    return [(row, decision) for row, decision in found if decision.action is action]


def test_after_an_exit_nothing_is_opened_in_that_week(half_year):
    exits = acted(half_year, CheckpointAction.EXIT)
    assert len(exits) > 5
    for row, decision in exits:
        later = [
            half_year.store.decode(one).intent
            for one in half_year.rows(row.stream_id)[row.version :]
            if one.type == OrderIntended.__name__
        ]
        of_week = [one for one in later if one.week_id == decision.week_id]
        assert [one.purpose for one in of_week] == [Purpose.CHECKPOINT_CLOSE]


def test_a_reduction_leaves_half_rounded_toward_zero(half_year):
    reduced = acted(half_year, CheckpointAction.REDUCE)
    assert reduced
    for row, _ in reduced:
        books, rows = Recount(), half_year.rows(row.stream_id)
        for one in rows[: row.version]:
            books.follow(one.type, one.payload)
        intent = half_year.store.decode(rows[row.version]).intent
        held = books.shares[intent.symbol]
        assert intent.side.sign * held < 0
        assert abs(held) - intent.quantity == abs(held) // 2


def test_a_flip_closes_first_then_opens_the_other_side_once_a_week(half_year):
    flips = acted(half_year, CheckpointAction.FLIP)
    assert flips
    weeks = [(decision.account_id, decision.week_id) for _, decision in flips]
    assert len(weeks) == len(set(weeks))
    targets = {(e.target.account_id, e.week_id): e.target for e in half_year.events(TargetSet)}
    for row, decision in flips:
        rows = half_year.rows(row.stream_id)
        after = [one for one in rows[row.version :] if one.type == "OrderIntended"]
        close, opening = (half_year.store.decode(one).intent for one in after[:2])
        assert opening.after == close.client_order_id
        assert close.side is opening.side
        filled = [
            one.version
            for one in rows
            if one.type == "OrderFilled"
            and one.payload["fill"]["client_order_id"] == close.client_order_id
        ]
        sent = [
            one.version
            for one in rows
            if one.type == "OrderAccepted"
            and one.payload["client_order_id"] == opening.client_order_id
        ]
        assert not sent or max(filled) < sent[0]
        wednesday = abs(targets[decision.account_id, decision.week_id].conviction)
        size = min(abs(decision.conviction_after), wednesday)
        books = Recount()
        for one in rows[: row.version]:
            books.follow(one.type, one.payload)
        worth = books.cash + books.shares[opening.symbol] * decision.price
        wanted = Decimal(str(size)) / 2 * worth // decision.price
        sized = abs(targets[decision.account_id, decision.week_id].quantity)
        assert opening.quantity == min(wanted, sized)
        cut = rows[row.version].type == "CheckpointLimited"
        assert cut is (wanted > sized)


@pytest.fixture(scope="module")
def short_horizons() -> Bench:
    """A quarter in which two seats hold for a day and for three."""
    settings = rules_settings(
        overrides={"checkpoints.penalty": "1.5", "checkpoints.flip_beyond": "0.1"}
    )
    made = bench(settings, at=on("2024-01-03", "06:00"), model=MoodyModel(horizons=HORIZONS))
    assert made.simulate("2024-01-03", "2024-04-02").failed == 0
    return made


def test_short_horizons_end_at_the_close_of_their_last_session(short_horizons):
    made, calendar = short_horizons, short_horizons.desk.calendar
    checked = 0
    for account in ACCOUNTS[:5]:
        ends: date | None = None
        for row in made.rows(f"account/{account}"):
            if row.type == TargetSet.__name__:
                event = made.store.decode(row)
                target = event.target
                short = target.horizon is not Horizon.WEEK and target.quantity
                sessions = target.horizon.sessions
                ends = calendar.offset(event.entry_session, sessions) if short else None
            if row.type == "OrderFilled" and ends is not None:
                session = date.fromisoformat(row.payload["fill"]["session"])
                assert session <= ends, f"{account} traded on {session}, its horizon was {ends}"
                checked += session == ends and row.payload["fill"]["price_kind"] == "close"
    assert checked > 10
    purposes = [event.intent.purpose for event in made.events(OrderIntended)]
    assert Purpose.HORIZON in purposes


def test_nothing_is_held_past_a_short_horizon(short_horizons):
    made, calendar = short_horizons, short_horizons.desk.calendar
    for account in ACCOUNTS[:5]:
        books, ends = Recount(), None
        for row in made.rows(f"account/{account}"):
            at = date.fromisoformat(row.occurred_at[:10])
            if row.type == TargetSet.__name__:
                event = made.store.decode(row)
                short = event.target.horizon is not Horizon.WEEK
                ends = (
                    calendar.offset(event.entry_session, event.target.horizon.sessions)
                    if short
                    else None
                )
            elif ends is not None and at > ends:
                assert not books.held, (
                    f"{account} held {books.held} on {at}, its horizon was {ends}"
                )
            books.follow(row.type, row.payload)


def test_the_quarter_replays(short_horizons):
    for week in ("2024-01-31", "2024-02-28", "2024-03-13"):
        assert short_horizons.replay(week).difference is None
