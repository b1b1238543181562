"""A manual week: proposed, decided account by account, and only then booked and traded."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core import keys
from core.desk.approval import Word, decide
from core.desk.approval_log import ballot, pending
from core.desk.ready_week import ReadyWeek
from core.desk.rerun import rerun
from core.desk.runs import the_official_run
from core.desk.summary import last_postmortem
from core.errors import BadInput
from core.events.account import OrderIntended, SeatModelChanged, TargetSet
from core.events.approval import ApprovalDecided, ApprovalExpired, OrdersProposed
from core.events.week import RunCompleted
from core.schemas.approval import How
from core.schemas.order import Purpose
from core.types import StoreKind
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.manual_desks import (
    AFTER,
    LAST,
    NEXT,
    WEEK,
    asking,
    intents,
    live,
    manual,
    say,
    trusting,
    week,
)


def traded(made, week_id=WEEK):
    return {intent.account_id for intent in intents(made, week_id)}


def booked(made, week_id=WEEK):
    return {e.target.account_id for e in made.events(TargetSet) if e.week_id == week_id}


def outcomes(made, week_id=WEEK):
    found = ballot(made.store, the_official_run(made.store, week_id).run_id)
    return {one.account_id: (one.approved, one.how) for one in found.outcome().decisions}


@pytest.fixture(scope="module")
def auto():
    made = trusting()
    week(made)
    return made


def test_a_manual_week_stops_before_anything_is_booked():
    made = asking()
    done = week(made)
    assert (done.completed, done.waiting) == (False, "approval until 11:00 New York")
    assert done.ran[-1] == "risk"
    (asked,) = made.events(OrdersProposed)
    assert asked.expires_at == on(WEEK, "11:00")
    assert len(asked.proposals) == 6
    assert made.events(TargetSet, OrderIntended, RunCompleted) == []
    assert made.replay(WEEK).difference is None


def test_asked_again_it_still_waits_and_writes_nothing():
    made = asking()
    week(made)
    before = made.heads()
    again = week(made.at(on(WEEK, "09:30")))
    assert (again.ran, again.waiting) == ((), "approval until 11:00 New York")
    assert made.heads() == before


def test_approving_all_trades_exactly_what_auto_trades(auto):
    made = asking()
    week(made)
    assert set(say(made)) == traded(auto)
    done = week(made)
    assert done.completed
    assert done.ran == ("approval", "order_plan", "execution")
    as_in_auto = [
        intent.model_dump(exclude={"client_order_id", "run_id"}) for intent in intents(auto)
    ]
    asked = [intent.model_dump(exclude={"client_order_id", "run_id"}) for intent in intents(made)]
    assert asked == as_in_auto
    assert week(made).already_done


def test_the_flat_account_needs_no_word():
    made = asking()
    week(made)
    assert outcomes(made) == {"acct_6": (True, How.AUTO)}
    assert "acct_6" not in pending(made.store).pending


def test_a_rejected_account_books_nothing_and_the_others_trade(auto):
    made = asking()
    week(made)
    say(made, "acct_1", yes=False, reason="too much of it")
    say(made)
    assert week(made).completed
    assert made.replay(WEEK).difference is None
    assert traded(made) == traded(auto) - {"acct_1"}
    assert booked(made) == booked(auto) - {"acct_1"}
    assert made.desk.books.book("acct_1").week is None
    assert [row.type for row in made.rows("account/acct_1")] == ["AccountOpened"]


def test_all_rejected_is_a_week_that_ended_without_a_trade():
    made = asking()
    week(made)
    say(made, yes=False, reason="not this week")
    assert week(made).completed
    assert intents(made) == []
    assert booked(made) == {"acct_6"}
    assert made.replay(WEEK).difference is None


def test_what_nobody_decided_expires_and_the_rest_is_traded():
    made = asking()
    week(made)
    say(made, "acct_2")
    made.at(on(WEEK, "11:00"))
    assert week(made).completed
    (expired,) = made.events(ApprovalExpired)
    assert set(expired.accounts) == {"acct_1", "acct_3", "acct_4", "acct_5"}
    assert traded(made) == {"acct_2"}
    assert outcomes(made)["acct_1"] == (False, How.EXPIRED)
    assert made.replay(WEEK).difference is None


def test_until_everybody_is_decided_the_decided_wait_too():
    made = asking()
    week(made)
    say(made, "acct_2")
    assert week(made.at(on(WEEK, "10:59"))).waiting
    assert intents(made) == []


@pytest.mark.parametrize(
    ("account", "yes", "reason", "wall", "words"),
    [
        ("acct_9", True, "", "09:00", r"acct_9 is not in the proposal.*acct_1, acct_2"),
        ("acct_1", True, "", "11:00", "expired at 11:00 New York: its accounts stay"),
        ("acct_1", False, "  ", "09:00", "a rejection needs a reason"),
        ("acct_6", False, "no", "09:00", "acct_6 was approved already by desk"),
        ("acct_1", False, "x" * 401, "09:00", "too long"),
    ],
)
def test_what_cannot_be_decided_is_one_line(account, yes, reason, wall, words):
    made = asking()
    week(made)
    before = made.heads()
    with pytest.raises(BadInput, match=words) as caught:
        say(made, account, yes=yes, reason=reason, at=on(WEEK, wall))
    assert "\n" not in str(caught.value)
    assert made.heads() == before


def test_a_second_word_on_an_account_is_refused_whatever_it_says():
    made = asking()
    week(made)
    say(made, "acct_1", yes=False, reason="no")
    for yes in (True, False):
        with pytest.raises(BadInput, match=r"acct_1 was rejected already by a person \(no\)"):
            say(made, "acct_1", yes=yes)
    say(made)
    with pytest.raises(BadInput, match="every account of week 2024-01-03 is decided already"):
        say(made)
    assert len(made.events(ApprovalDecided)) == 5


def test_a_week_that_proposed_nothing_has_nothing_to_decide():
    made = asking()
    week(made, until="risk")
    assert made.events(OrdersProposed) == []
    with pytest.raises(BadInput, match="has proposed nothing"):
        say(made)
    with pytest.raises(BadInput, match="week 2024-01-10 has no run"):
        decide(made.store, NEXT, Word(approved=True, by="a person"), on(WEEK))


def test_a_late_proposal_ends_on_the_next_session():
    made = asking(at=on(WEEK, "11:00"))
    assert week(made).waiting == "approval until 2024-01-04 11:00 New York"
    say(made, at=on("2024-01-04", "10:00"))
    made.at(on("2024-01-04", "10:00"))
    week(made)
    sessions = {str(event.entry_session) for event in made.events(TargetSet)}
    assert sessions == {"2024-01-04"}  # where its orders fill, not where the run began


def test_hours_count_from_the_proposal():
    made = bench(manual(rules_settings(), 2), at=on(WEEK, "08:20"), kind=StoreKind.REAL)
    assert week(made).waiting == "approval until 10:20 New York"


def test_a_rejected_account_stays_in_its_week_until_its_horizon_closes_it():
    made = asking()
    week(made)
    say(made)
    week(made)
    live(made, on(NEXT))
    held = {a for a in booked(made) if made.desk.books.book(a).ledger.positions}
    assert "acct_4" in held
    made.at(on(NEXT))
    week(made, NEXT)
    say(made, "acct_4", yes=False, reason="no", week_id=NEXT)
    say(made, week_id=NEXT)
    assert week(made, NEXT).completed
    assert made.desk.books.book("acct_4").week.week_id == WEEK
    live(made, on(AFTER))
    closed = [i for i in intents(made) if i.account_id == "acct_4"][-1]
    assert closed.purpose is Purpose.MISSED_WEEK
    book = made.desk.books.book("acct_4")
    assert not book.ledger.positions
    assert not book.open_orders
    assert made.replay(NEXT).difference is None
    assert made.replay(WEEK).difference is None
    made.at(on(AFTER))
    week(made, AFTER)
    say(made, week_id=AFTER)
    assert week(made, AFTER).completed
    assert made.desk.books.book("acct_4").week.week_id == AFTER


def test_a_week_that_only_the_flat_account_took_up_stops_nothing():
    made = asking()
    week(made)
    say(made)
    week(made)
    live(made, on(NEXT))
    made.at(on(NEXT))
    week(made, NEXT)
    made.at(on(NEXT, "11:00"))
    week(made, NEXT)
    assert set(live(made, on("2024-01-18"))) == {"done"}
    final = last_postmortem(made.store, NEXT)
    assert [one.account_id for one in final.accounts] == ["acct_6"]
    assert final.council_return is None
    assert final.text.startswith("The council took no part.")


def test_a_pending_proposal_ends_when_the_next_week_begins():
    made = bench(manual(rules_settings(), 72), at=on(WEEK), kind=StoreKind.REAL)
    week(made)
    say(made, "acct_1")
    later = made.at(on(NEXT))
    week(later, NEXT)
    (expired,) = later.events(ApprovalExpired)
    assert expired.superseded_by == NEXT
    assert "acct_1" not in expired.accounts
    with pytest.raises(BadInput, match=f"week {WEEK} is over: week {NEXT} has begun"):
        say(later)
    with pytest.raises(BadInput, match=f"week {WEEK} is over: week {NEXT} began before"):
        week(later)
    assert intents(later) == []
    assert pending(later.store).week_id == NEXT
    assert set(live(later, on("2024-01-18"))) == {"done"}


def test_the_gate_stays_when_the_settings_change_under_way(auto):
    made = asking()
    week(made, until="risk")
    loose = bench(rules_settings(), made.store, clock=made.desk.clock, kind=StoreKind.REAL)
    assert week(loose).waiting
    say(made)
    assert week(loose).completed
    assert len(intents(made)) == len(intents(auto))
    assert made.replay(WEEK).difference is None


def test_manual_mode_set_while_a_week_runs_asks_before_its_orders():
    made = trusting()
    week(made, until="risk")
    strict = bench(manual(rules_settings()), made.store, clock=made.desk.clock, kind=StoreKind.REAL)
    assert week(strict).waiting
    say(made)
    assert week(strict).completed
    assert made.replay(WEEK).difference is None


def test_manual_mode_set_after_the_plan_asks_nobody(auto):
    made = trusting()
    week(made, until="order_plan")
    strict = bench(manual(rules_settings()), made.store, clock=made.desk.clock, kind=StoreKind.REAL)
    assert week(strict).completed
    assert made.events(OrdersProposed) == []
    assert intents(made) == intents(auto)


@pytest.mark.parametrize("kind", [StoreKind.SIMULATION, StoreKind.DEMO])
def test_play_never_asks(kind):
    made = bench(manual(rules_settings()), at=on(WEEK), kind=kind)
    assert week(made).completed
    assert made.events(OrdersProposed) == []


def test_a_what_if_never_asks_and_starts_from_the_account_as_it_was_planned():
    """Also where the account was rejected: its position closed at its horizon, after the plan."""
    made = asking()
    week(made)
    say(made)
    week(made)
    live(made, on(NEXT))
    made.at(on(NEXT))
    week(made, NEXT)
    held = dict(made.desk.books.book("acct_4").expected_positions())
    assert held
    say(made, yes=False, reason="no", week_id=NEXT)
    week(made, NEXT)
    live(made, on(AFTER))
    assert made.desk.books.book("acct_4").expected_positions() == {}
    assert made.desk.books.before_week("acct_4", NEXT).expected_positions() == held
    done = asyncio.run(rerun(made.desk, NEXT, "risk", {"risk.max_position_pct": "0.5"}))
    assert done.completed
    assert keys.ORDER_APPROVALS not in done.context
    assert "acct_1" in {intent.account_id for intent in done.context[keys.ORDER_INTENTS]}


def test_an_account_that_was_not_approved_keeps_its_model_until_it_takes_part():
    made = asking()
    week(made)
    say(made)
    week(made)
    made.at(on(NEXT))
    other = made.under({"pm.trend.model": "rules/carry"})
    other = replace(other, desk=replace(other.desk, kind=StoreKind.REAL))
    week(other, NEXT)
    say(other, "acct_1", yes=False, reason="no", week_id=NEXT)
    say(other, week_id=NEXT)
    assert week(other, NEXT).completed
    assert other.events(SeatModelChanged) == []


def test_the_scheduler_is_told_when_the_week_may_go_on():
    made = asking()
    ready = ReadyWeek(made.store)
    assert ready.week(on(WEEK)) is None
    assert not ready.asked()
    week(made)
    assert ready.asked()
    assert ready.week(on(WEEK, "10:00")) is None
    say(made, "acct_1")
    assert ready.week(on(WEEK, "10:00")) is None
    assert ready.week(on(WEEK, "11:00")) == WEEK == ReadyWeek(made.store).week(on(WEEK, "11:00"))
    made.at(on(WEEK, "11:00"))
    week(made)
    assert ready.week(on(WEEK, "11:01")) is None


def test_a_week_that_a_newer_one_has_overtaken_does_not_go_on():
    made = asking()
    ready = ReadyWeek(made.store)
    week(made)
    say(made)
    assert ready.week(on(WEEK)) == WEEK
    made.at(on(NEXT))
    week(made, NEXT)
    assert ready.week(on(NEXT)) is None
    say(made, week_id=NEXT)
    assert ready.week(on(NEXT)) == NEXT == ReadyWeek(made.store).week(on(NEXT))


@pytest.mark.parametrize("seed", [1, 2])
def test_checkpoints_between_the_proposal_and_the_word_act_on_the_last_week(seed):
    """And the plan starts from what they left; a replay puts all of it in the same order."""
    nervous = {"checkpoints.penalty": "0.9", "checkpoints.flip_beyond": "0.3"}
    made = asking(overrides=nervous, expires="15:00", seed=seed)
    for wednesday in (WEEK, NEXT, AFTER, LAST):
        made.at(on(wednesday))
        week(made, wednesday)
        live(made, on(wednesday, "12:30"))
        made.at(on(wednesday, "12:30"))
        say(made, week_id=wednesday)
        assert week(made, wednesday).completed
        live(made, on(wednesday) + timedelta(days=7))
    meanwhile = [
        event.intent.week_id
        for event in made.events(OrderIntended)
        if event.intent.decided_at in {on(day, "12:00") for day in (NEXT, AFTER, LAST)}
    ]
    assert meanwhile, "no checkpoint traded while a proposal waited"
    assert set(meanwhile) <= {WEEK, NEXT, AFTER}
    for one in (WEEK, NEXT, AFTER, LAST):
        assert made.replay(one).difference is None
