"""Alerts raised from the log: once each, from where the last look ended, and nothing old."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.alert_policy import AlertRules
from core.clock import FixedClock
from core.desk.alerts import NOTE_EVERY, alert_if_silent, raise_alerts
from core.desk.slots import Job
from core.desk.writing import MARKET_STREAM, account_stream
from core.events import ALL_EVENTS
from core.events.account import OrderFilled, OrderIntended, OrderRejected
from core.events.envelope import Event
from core.events.market import UniverseMarked
from core.market import PriceKind
from core.schemas.market import MarkedPrice
from core.schemas.order import BrokerFill, OrderIntent, Purpose
from core.types import AccountId, RunId, Side, WeekId
from storage.event_store import open_store
from storage.serialization import EventRegistry
from tests.fakes.alerts import COUNCIL, NOON, a_desk, append, memory, opened, policy, slot

OTHERS = tuple(kind for kind in ALL_EVENTS if kind.__name__ != "JobFinished")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def store():
    with_store = memory()
    yield with_store
    with_store.close()


@pytest.fixture
def clock():
    return FixedClock(NOON)


def raised(store):
    return [row for row in store.read("system/alerts") if row.type == "AlertRaised"]


def intent(order: str = "o-1", quantity: int = 100) -> OrderIntent:
    return OrderIntent(
        client_order_id=order,
        account_id=COUNCIL,
        week_id=WeekId("2026-11-18"),
        run_id=RunId("run-1"),
        symbol="SPY",
        side=Side.BUY,
        quantity=Decimal(quantity),
        purpose=Purpose.WEEKLY_OPEN,
        sequence=0,
        reference_price=Decimal(600),
        decided_at=NOON,
    )


def fill(store, number: int, quantity: int, price: int = 600, order: str = "o-1"):
    event = OrderFilled(
        fill=BrokerFill(
            fill_id=f"f-{number}",
            client_order_id=order,
            account_id=COUNCIL,
            symbol="SPY",
            side=Side.BUY,
            quantity=Decimal(quantity),
            price=Decimal(price),
            commission=Decimal(0),
            filled_at=NOON,
            session=NOON.date(),
            price_kind="open",
            source="simulated",
        )
    )
    append(store, account_stream(COUNCIL), event, number)


def mark(store, at, price: int):
    spy = MarkedPrice(
        symbol="SPY",
        price=Decimal(price),
        kind=PriceKind.CLOSE,
        session=at.date(),
        known_at=at,
        source="simulated",
        feed="",
    )
    append(store, MARKET_STREAM, UniverseMarked(session=at.date(), prices=(spy,)), at, at=at)
    slot(store, at, Job.MARK, outcome="done", detail="")


def test_a_failed_slot_is_one_alert_that_happened_when_the_slot_did(store, clock):
    failed = slot(store)
    assert raise_alerts(a_desk(store, clock)) == 1
    (row,) = raised(store)
    assert row.occurred_at == failed.occurred_at
    assert row.payload["source_event_id"] == failed.event_id
    assert row.payload["severity"] == "warning"


def test_looking_again_or_after_a_restart_raises_nothing_twice(store, clock):
    slot(store)
    desk = a_desk(store, clock)
    assert [raise_alerts(desk), raise_alerts(desk), raise_alerts(a_desk(store, clock))] == [1, 0, 0]
    assert len(raised(store)) == 1


def test_a_restart_goes_on_where_the_last_process_stood(store, clock):
    slot(store)
    raise_alerts(a_desk(store, clock))
    read = []
    desk = a_desk(store, clock)
    real = store.read_all
    desk.log.store = type("Spy", (), {"__getattr__": lambda _, name: getattr(store, name)})()
    desk.log.store.read_all = lambda after, types: read.append(after) or real(after, types)
    slot(store, NOON + HOUR)
    assert raise_alerts(desk) == 1
    assert read == [1]


def test_a_long_quiet_stretch_is_noted_so_that_a_restart_does_not_read_it_again(store, clock):
    raise_alerts(a_desk(store, clock))
    for number in range(NOTE_EVERY + 1):
        slot(store, NOON + timedelta(minutes=number), outcome="done")
    desk = a_desk(store, clock)
    raise_alerts(desk)
    again = a_desk(store, clock)
    again.log.refresh()
    assert again.log.seen == desk.log.seen == NOTE_EVERY + 1


def test_the_first_look_at_an_old_store_tells_the_last_day_alone(store, clock):
    for days in (400, 30, 2):
        slot(store, NOON - days * DAY)
    slot(store, NOON - HOUR)
    assert raise_alerts(a_desk(store, clock)) == 1
    (followed,) = [row for row in store.read("system/alerts") if row.type == "AlertsFollowed"]
    assert followed.payload["skipped"] == 3


def test_what_was_recorded_late_is_told_however_old_it_is(store, clock):
    slot(store)
    desk = a_desk(store, clock)
    raise_alerts(desk)
    slot(store, NOON - 5 * DAY, Job.WEEKLY, "missed", "the desk was off")
    assert raise_alerts(desk) == 1
    assert raised(store)[-1].payload["severity"] == "critical"


def test_two_processes_raise_each_alert_once(store, clock):
    slot(store)
    one, other = a_desk(store, clock), a_desk(store, clock)
    one.log.refresh()
    other.log.refresh()
    clock.move_to(NOON + HOUR)
    assert raise_alerts(one) + raise_alerts(other) == 1
    assert len(raised(store)) == 1


def test_a_refused_order_is_told_with_what_it_was(store, clock):
    opened(store, COUNCIL)
    append(store, account_stream(COUNCIL), OrderIntended(intent=intent()), "o-1")
    refused = OrderRejected(client_order_id="o-1", reason="insufficient buying power")
    append(store, account_stream(COUNCIL), refused, "o-1")
    raise_alerts(a_desk(store, clock))
    (row,) = raised(store)
    assert row.payload["title"] == "Order refused: Council (acct_5), BUY 100 SPY"
    assert "insufficient buying power" in row.payload["body"]


def test_a_large_trade_is_told_once_by_the_fill_that_passes_the_threshold(store, clock):
    opened(store, COUNCIL)
    append(store, account_stream(COUNCIL), OrderIntended(intent=intent()), "o-1")
    fill(store, 1, 83)  # 49,800 of 100,000
    desk = a_desk(store, clock)
    assert raise_alerts(desk) == 0
    fill(store, 2, 1)  # 50,400
    fill(store, 3, 16)
    assert raise_alerts(desk) == 1
    (row,) = raised(store)
    assert "84 of 100 shares filled at $600.00: $50,400.00, 50.4 % of equity" in row.payload["body"]


def test_a_position_threshold_of_null_is_silent(store, clock):
    opened(store, COUNCIL)
    append(store, account_stream(COUNCIL), OrderIntended(intent=intent()), "o-1")
    fill(store, 1, 100)
    quiet = policy(rules=AlertRules(position_change_pct=None))
    assert raise_alerts(a_desk(store, clock, quiet)) == 0


@pytest.mark.parametrize("restart", [False, True])
def test_each_session_s_mark_tells_the_day_of_every_account(store, clock, restart):
    opened(store, COUNCIL)
    opened(store, AccountId("acct_1"))
    append(store, account_stream(COUNCIL), OrderIntended(intent=intent()), "o-1")
    fill(store, 1, 100)
    rules = AlertRules(position_change_pct=None)
    desk = a_desk(store, clock, policy(rules=rules))
    mark(store, NOON, 610)
    assert raise_alerts(desk) == 1
    assert raised(store)[0].payload["title"] == "2026-11-18: Council (acct_5) first mark"
    mark(store, NOON + DAY, 604)
    assert raise_alerts(a_desk(store, clock, policy(rules=rules)) if restart else desk) == 1
    told = raised(store)[1].payload
    assert told["title"] == "2026-11-19: Council (acct_5) −$600.00 (−0.59 %) on the day"
    assert told["body"].splitlines() == [
        "GPT (acct_1): $100,000.00, +$0.00 (+0.00 %) on the day",
        "Council (acct_5): $100,400.00, −$600.00 (−0.59 %) on the day",
    ]


def test_silence_is_told_once_a_silence_and_only_after_its_time(store, clock):
    desk = a_desk(store, clock)
    last = NOON - timedelta(seconds=179)
    assert not alert_if_silent(desk, last)
    clock.move_to(NOON + timedelta(seconds=1))
    assert alert_if_silent(desk, last)
    clock.move_to(NOON + HOUR)
    assert not alert_if_silent(desk, last)
    assert not alert_if_silent(a_desk(store, clock), last)
    assert alert_if_silent(desk, NOON + timedelta(seconds=5))
    assert [row.payload["severity"] for row in raised(store)] == ["critical"] * 2


def test_before_the_first_heartbeat_there_is_no_silence(store, clock):
    assert not alert_if_silent(a_desk(store, clock), None)


def test_a_desk_that_was_off_for_days_tells_what_it_missed_in_one_alert(store, clock):
    desk = a_desk(store, clock)
    slot(store)
    raise_alerts(desk)
    for hours in range(1, 30):
        slot(store, NOON + hours * HOUR, outcome="missed", detail="the desk was off")
    slot(store, NOON + 30 * HOUR, Job.WEEKLY, "missed", "the desk was off")
    clock.move_to(NOON + 2 * DAY)
    assert raise_alerts(desk) == 1
    told = raised(store)[-1].payload
    assert told["title"] == "30 jobs missed from 2026-11-18 13:00 New York on"
    assert told["severity"] == "critical"
    assert told["body"].startswith("Among them: weekly/")
    assert raise_alerts(desk) == raise_alerts(a_desk(store, clock)) == 0


def test_a_few_missed_jobs_are_told_one_by_one(store, clock):
    for hours in range(3):
        slot(store, NOON - hours * HOUR, outcome="missed")
    assert raise_alerts(a_desk(store, clock)) == 3


def test_two_processes_that_looked_at_different_moments_tell_each_crowd_once(store, clock):
    """The slower one's crowd holds what the faster one has told already: it is left out."""
    slot(store)
    one, other = a_desk(store, clock), a_desk(store, clock)
    raise_alerts(one)
    other.log.refresh()
    for hours in range(1, 6):
        slot(store, NOON + hours * HOUR, outcome="missed")
    faster = {"not yet": True}
    real = other.log.append

    def append_late(events):
        if faster.pop("not yet", False):
            slot(store, NOON + 9 * HOUR, outcome="missed")
            assert raise_alerts(one) == 1
        return real(events)

    other.log.append = append_late
    assert raise_alerts(other) == raise_alerts(other) == 0
    assert [row.payload["title"].split()[0] for row in raised(store)] == ["Job", "6"]


class JobFinished(Event):
    """As the jobs' own, whose payload alone is read."""

    key: str
    request: int
    outcome: str
    detail: str


def test_a_slot_and_its_job_that_failed_are_one_alert(clock):
    store = open_store("sqlite://", registry=EventRegistry((*OTHERS, JobFinished)))
    failed = slot(store)
    for request, key in ((1, failed.payload["slot"]), (1, "replay/2026-11-11")):
        ended = JobFinished(key=key, request=request, outcome="failed", detail="no price")
        append(store, f"job/{key}", ended, key, request, at=NOON + 2 * HOUR)
    assert raise_alerts(a_desk(store, clock)) == 2
    subjects = [row.payload["subject"] for row in raised(store)]
    store.close()
    assert subjects == [failed.payload["slot"], "replay/2026-11-11"]
