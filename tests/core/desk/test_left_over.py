"""Positions a refused close left behind: closed at the next sessions, whatever their week wants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from core.desk.alerts import alert_desk, raise_alerts
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job
from core.errors import BrokerError, BrokerUnavailable, OrderRefused
from core.events.account import OrderAccepted, OrderIntended, OrderRejected
from core.events.alerts import AlertRaised
from core.rules.left_over import left_over
from core.schemas.alert import AlertKind
from core.schemas.order import Purpose
from providers.broker.one_by_one import OneByOne
from tests.fakes.alerts import policy
from tests.fakes.desks import Bench, bench, on, rules_settings

FIRST, NEXT, AFTER = "2024-01-03", "2024-01-10", "2024-01-17"


@dataclass
class Stubborn(OneByOne):
    """A broker that answers ``error`` to every order with one of these words in its id; ``refused`` are theirs."""

    inner: Any
    words: tuple[str, ...] = ()
    error: BrokerError = field(default_factory=lambda: OrderRefused("the account is restricted"))
    refused: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def place(self, ticket):
        if any(word in ticket.client_order_id for word in self.words):
            self.refused.append(ticket.client_order_id)
            raise self.error
        return self.inner.place(ticket)


def desk_of(*words: str) -> tuple[Bench, Stubborn]:
    made = bench(rules_settings(), at=on(FIRST, "06:00"))
    broker = Stubborn(made.desk.broker, words)
    return replace(made, desk=replace(made.desk, broker=broker)), broker


def live(made: Bench, first: str, last: str, *without: Job) -> None:
    slots = [slot for slot in made.slots(first, last) if slot.job not in without]
    assert set(made.run(slots)) == {SlotOutcome.DONE}


def left(made: Bench) -> dict[str, dict[str, Any]]:
    books = [made.desk.books.book(one.account_id) for one in made.desk.policy.accounts]
    return {book.account_id: found for book in books if (found := dict(left_over(book)))}


def closings(made: Bench) -> list[Any]:
    found = [event.intent for event in made.events(OrderIntended)]
    return [intent for intent in found if intent.purpose is Purpose.LEFT_OVER]


@pytest.fixture(scope="module")
def stuck() -> tuple[Bench, Stubborn]:
    """A second week whose closing orders were all refused, at noon of its Wednesday."""
    made, broker = desk_of("weekly_close")
    live(made, FIRST, "2024-01-09")
    assert left(made) == {}
    morning = [slot for slot in made.slots(NEXT, NEXT) if slot.at <= on(NEXT, "12:00")]
    assert set(made.run(morning)) == {SlotOutcome.DONE}
    assert broker.refused
    return made, broker


def test_what_a_refused_weekly_close_left_is_seen(stuck):
    made, broker = stuck
    accounts = {name.partition("-")[0] for name in broker.refused}
    assert set(left(made)) & accounts


def test_it_is_closed_at_the_same_day_s_close_and_its_week_goes_on():
    made, broker = desk_of("weekly_close")
    live(made, FIRST, NEXT)
    broker.words = ()
    ordered = closings(made)
    assert ordered
    assert {intent.decided_at for intent in ordered} == {on(NEXT, "15:45")}
    assert left(made) == {}
    for intent in ordered:
        book = made.desk.books.book(intent.account_id)
        assert book.week.week_id == NEXT
        assert not book.week.closed
        assert not book.quantity(intent.symbol)
    live(made, "2024-01-11", AFTER)
    assert closings(made) == ordered
    assert made.replay(FIRST).difference is None
    assert made.replay(NEXT).difference is None


def test_a_broker_that_goes_on_refusing_is_asked_once_a_session():
    made, broker = desk_of("weekly_close", "left_over")
    live(made, FIRST, "2024-01-12")
    asked = {}
    for intent in closings(made):
        asked.setdefault(intent.account_id, []).append(f"{intent.decided_at:%m-%d}")
    assert set(map(tuple, asked.values())) == {("01-10", "01-11", "01-12")}
    broker.words = ()
    live(made, "2024-01-16", "2024-01-16")
    assert left(made) == {}


def test_a_close_that_was_refused_at_its_horizon_is_tried_again():
    made, broker = desk_of("missed_week")
    live(made, FIRST, "2024-01-09")
    live(made, NEXT, NEXT, Job.WEEKLY)
    assert broker.refused
    broker.words = ()
    live(made, "2024-01-11", "2024-01-11", Job.WEEKLY)
    books = [made.desk.books.book(one.account_id) for one in made.desk.policy.accounts]
    assert not any(book.ledger.positions for book in books)


def test_an_exit_that_was_refused_is_closed_that_day_and_stays_a_checkpoint_s():
    made, broker = desk_of()
    live(made, FIRST, "2024-01-11")
    broker.words = ("checkpoint_close",)
    day = "2024-01-12"
    morning = [slot for slot in made.slots(day, day) if slot.at <= on(day, "12:00")]
    made.run(morning)
    [refused] = broker.refused
    broker.words = ()
    account = refused.partition("-")[0]
    before = made.desk.books.book(account)
    assert before.week.closed
    assert left(made) == {account: {before.week.target.instrument: next(held(before))}}
    made.run([slot for slot in made.slots(day, day) if slot not in morning])
    again = [event.intent for event in made.events(OrderIntended)][-1]
    assert (again.account_id, again.purpose) == (account, Purpose.CHECKPOINT_CLOSE)
    assert not made.desk.books.book(account).ledger.positions
    assert made.replay(NEXT).difference is None


def held(book) -> Iterator[Decimal]:
    return (position.quantity for position in book.ledger.positions.values())


def test_a_weekly_close_that_was_never_sent_goes_out_at_the_next_session_s_close():
    made, broker = desk_of()
    live(made, FIRST, "2024-01-09")
    broker.words, broker.error = ("weekly",), BrokerUnavailable("the broker says nothing")
    outcomes = made.run(made.slots(NEXT, NEXT))
    assert SlotOutcome.FAILED in outcomes
    unsent = {name for name in broker.refused if "weekly_close" in name}
    assert unsent
    broker.words = ()
    live(made, "2024-01-11", "2024-01-11")
    sent = {event.client_order_id for event in made.events(OrderAccepted)}
    assert unsent <= sent
    assert not any("weekly_open" in name for name in sent - before_next(made))
    assert made.replay(NEXT).difference is None


def before_next(made: Bench) -> set[str]:
    return {i.intent.client_order_id for i in made.events(OrderIntended) if i.intent.week_id < NEXT}


def test_each_is_told_once_and_as_what_it_is():
    made, _ = desk_of("weekly_close")
    live(made, FIRST, NEXT)
    accounts = {one.account_id: one.name for one in made.desk.policy.accounts}
    watch = alert_desk(made.store, policy(oldest_hours=168), accounts, None, made.desk.clock)
    raise_alerts(watch)
    raise_alerts(watch)
    told = [a for a in made.events(AlertRaised) if a.kind is AlertKind.POSITION_LEFT]
    assert len(told) == len(closings(made))
    first = closings(made)[0]
    [alert] = [a for a in told if a.subject == f"{first.account_id} {first.symbol}"]
    assert first.symbol in alert.title
    assert accounts[first.account_id] in alert.title
    assert made.events(OrderRejected)
