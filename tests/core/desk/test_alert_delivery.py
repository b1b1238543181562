"""The outbox: exactly once a channel, whoever sends, whatever the channel does meanwhile."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.alert_policy import LOG, LOG_CHANNEL, ChannelPolicy, QuietHours
from core.clock import FixedClock
from core.desk.alert_delivery import ATTEMPT, deliver
from core.desk.alerts import raise_alerts
from core.desk.slots import Job
from core.events.system import SlotFinished
from core.schemas.alert import Severity
from tests.fakes.alerts import NOON, FakeNotifier, a_desk, append, memory, policy, slot
from tests.fakes.desks import on

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NIGHT = QuietHours.model_validate({"start": "22:00", "end": "07:00"})


@pytest.fixture
def store():
    with_store = memory()
    yield with_store
    with_store.close()


@pytest.fixture
def clock():
    return FixedClock(NOON)


def send(desk, notifier) -> int:
    raise_alerts(desk)
    return asyncio.run(deliver(desk, notifier))


def types(store, *wanted: str) -> list[str]:
    return [row.type for row in store.read("system/alerts") if row.type in wanted]


def reasons(store) -> list[str]:
    rows = store.read("system/alerts")
    return [row.payload["reason"] for row in rows if row.type == "AlertSuppressed"]


def test_an_alert_is_delivered_once_and_not_again_after_a_restart(store, clock):
    slot(store)
    notifier = FakeNotifier()
    desk = a_desk(store, clock)
    assert [send(desk, notifier), send(desk, notifier)] == [1, 0]
    assert send(a_desk(store, clock), notifier) == 0
    assert len(notifier.taken) == 1


def test_every_channel_gets_every_alert(store, clock):
    slot(store)
    notifier = FakeNotifier()
    both = policy(channels={"chat": ChannelPolicy(), LOG: LOG_CHANNEL})
    assert send(a_desk(store, clock, both), notifier) == 2
    assert {channel for channel, _ in notifier.taken} == {"chat", LOG}


def test_a_dead_channel_keeps_its_alerts_and_does_not_hold_up_the_others(store, clock):
    both = policy(channels={"chat": ChannelPolicy(), "mail": ChannelPolicy()})
    desk, notifier = a_desk(store, clock, both), FakeNotifier()
    notifier.down = {"chat"}
    for number in range(5):
        slot(store, NOON + number * MINUTE)
        clock.move_to(NOON + number * MINUTE)
        send(desk, notifier)
    assert (len(notifier.titles("mail")), len(notifier.titles("chat"))) == (5, 0)
    notifier.down = set()
    clock.move_to(NOON + HOUR)
    assert send(desk, notifier) == 5
    assert len(set(notifier.titles("chat"))) == 5


@settings(max_examples=20)
@given(
    ups=st.lists(st.booleans(), min_size=1, max_size=25),
    arrivals=st.lists(st.integers(min_value=0, max_value=3), min_size=25, max_size=25),
    restarts=st.sets(st.integers(min_value=0, max_value=24)),
)
def test_however_a_channel_flickers_each_alert_arrives_once_in_the_end(ups, arrivals, restarts):
    store, clock, notifier = memory(), FixedClock(NOON), FakeNotifier()
    desk, made = a_desk(store, clock), 0
    for step, up in enumerate(ups):
        for _ in range(arrivals[step]):
            slot(store, NOON + made * timedelta(seconds=61), detail=f"fault {made}")
            made += 1
        clock.move_to(clock.now() + 7 * MINUTE)
        notifier.down = set() if up else {"chat"}
        desk = a_desk(store, clock) if step in restarts else desk
        send(desk, notifier)
    notifier.down = set()
    clock.move_to(clock.now() + HOUR)
    send(desk, notifier)
    store.close()
    assert len(notifier.titles()) == len(set(notifier.titles())) == made


def test_a_dead_channel_is_asked_ever_more_seldom(store, clock):
    slot(store)
    desk, notifier = a_desk(store, clock), FakeNotifier()
    notifier.down = {"chat"}
    for second in range(0, 3600, 5):
        clock.move_to(NOON + timedelta(seconds=second))
        send(desk, notifier)
    assert 6 <= notifier.asked <= 12


def test_what_is_new_is_tried_at_once_though_the_channel_failed_before(store, clock):
    slot(store)
    desk, notifier = a_desk(store, clock), FakeNotifier()
    notifier.down = {"chat"}
    send(desk, notifier)
    notifier.down = set()
    slot(store, NOON + timedelta(seconds=61))
    assert send(desk, notifier) == 2


def test_an_alert_no_channel_can_take_does_not_hold_up_the_others(store, clock):
    slot(store, detail="poison")
    desk = a_desk(store, clock)

    class Choosy(FakeNotifier):
        async def notify(self, channel, alert):
            self.down = {channel} if "poison" in alert.body else set()
            await super().notify(channel, alert)

    notifier = Choosy()
    for number in range(1, 6):
        send(desk, notifier)
        clock.move_to(NOON + number * HOUR)
        slot(store, NOON + number * HOUR)
    send(desk, notifier)
    assert len(notifier.taken) == 5


def test_two_processes_at_once_send_each_alert_once(store, clock):
    for number in range(8):
        slot(store, NOON + number * HOUR)
    notifier = FakeNotifier(before=lambda *_: asyncio.sleep(0.001))
    one, other = a_desk(store, clock), a_desk(store, clock)
    raise_alerts(one)

    async def both():
        return await asyncio.gather(deliver(one, notifier), deliver(other, notifier))

    assert sum(asyncio.run(both())) == 8
    assert len(set(notifier.titles())) == len(notifier.titles()) == 8


def test_the_same_claim_made_at_the_same_instant_belongs_to_one_process(store, clock):
    """Both claims are the same event: only what is not history tells whose it was."""
    slot(store)
    notifier = FakeNotifier()
    one, other = a_desk(store, clock), a_desk(store, clock)
    send(one, FakeNotifier())
    slot(store, NOON + HOUR)
    raise_alerts(one)
    one.log.refresh()
    other.log.refresh()
    real = other.log.refresh

    async def while_one_sends(channel, alert):
        other.log.refresh = lambda: None  # has not read of the claim yet
        assert await deliver(other, notifier) == 0
        other.log.refresh = real

    assert asyncio.run(deliver(one, FakeNotifier(before=while_one_sends))) == 1
    assert notifier.taken == []


def test_a_process_that_died_while_sending_leaves_the_alert_to_the_next_one(store, clock):
    slot(store)

    async def die(channel, alert):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(a_desk(store, clock), FakeNotifier(before=die))
    next_one, notifier = a_desk(store, clock), FakeNotifier()
    assert send(next_one, notifier) == 0
    clock.move_to(NOON + ATTEMPT)
    assert send(next_one, notifier) == 1


def test_a_repetition_within_the_window_is_left_out_with_its_reason(store, clock):
    desk, notifier = a_desk(store, clock), FakeNotifier()
    slot(store)
    for minutes in (5, 29, 30, 45):
        _again(store, minutes)
    send(desk, notifier)
    assert len(notifier.taken) == 2  # at once, and half an hour later
    assert reasons(store) == ["repeated within 30 minutes"] * 3


def test_a_repetition_is_known_after_a_restart(store, clock):
    slot(store)
    send(a_desk(store, clock), FakeNotifier())
    _again(store, 10)
    assert send(a_desk(store, clock), FakeNotifier()) == 0


def test_another_subject_or_kind_is_no_repetition(store, clock):
    slot(store)
    slot(store, NOON + MINUTE)
    slot(store, NOON, Job.MARK, "missed")
    assert send(a_desk(store, clock), FakeNotifier()) == 3


def _again(store, minutes: int) -> None:
    """The same slot's job fails again: another event about the same subject."""
    first = next(row for row in store.read("system/slots"))
    event = SlotFinished.model_validate({**first.payload, "at": NOON.isoformat()})
    append(store, "system/slots", event, "again", minutes, at=NOON + minutes * MINUTE)


@pytest.mark.parametrize(("severity", "expected"), [("warning", 1), ("critical", 0)])
def test_a_channel_gets_nothing_below_its_severity(store, clock, severity, expected):
    slot(store)
    chat = ChannelPolicy(min_severity=Severity(severity))
    desk = a_desk(store, clock, policy(channels={"chat": chat}))
    assert send(desk, FakeNotifier()) == expected
    assert reasons(store) == ["below critical"] * (1 - expected)


def test_quiet_hours_hold_alerts_back_until_their_end_but_no_critical_one(store):
    clock = FixedClock(on("2026-11-18", "22:00"))
    quiet = policy(quiet_hours=NIGHT)
    desk, notifier = a_desk(store, clock, quiet), FakeNotifier()
    slot(store, clock.now())
    slot(store, clock.now(), Job.WEEKLY)
    assert send(desk, notifier) == 1
    assert "weekly" in notifier.titles()[0]
    clock.move_to(on("2026-11-19", "06:59"))
    assert send(desk, notifier) == 0
    clock.move_to(on("2026-11-19", "07:00"))
    assert send(desk, notifier) == 1


def test_a_channel_that_ignores_quiet_hours_is_told_at_night(store):
    clock = FixedClock(on("2026-11-18", "23:00"))
    chat = ChannelPolicy(quiet="ignore")
    desk = a_desk(store, clock, policy(quiet_hours=NIGHT, channels={"chat": chat}))
    slot(store, clock.now())
    assert send(desk, FakeNotifier()) == 1


def test_no_hour_has_more_alerts_than_the_channel_allows_and_none_is_lost(store, clock):
    chat = ChannelPolicy(per_hour=3)
    desk, notifier = a_desk(store, clock, policy(channels={"chat": chat})), FakeNotifier()
    for number in range(7):
        slot(store, NOON + number * MINUTE)
    sent = []
    for minutes in range(0, 150, 10):
        clock.move_to(NOON + minutes * MINUTE)
        sent.append(send(a_desk(store, clock, desk.policy), notifier))
    assert [count for count in sent if count] == [3, 3, 1]
    assert len(set(notifier.titles())) == 7


def test_a_critical_alert_needs_no_room(store, clock):
    chat = ChannelPolicy(per_hour=1)
    desk, notifier = a_desk(store, clock, policy(channels={"chat": chat})), FakeNotifier()
    slot(store)
    send(desk, notifier)
    slot(store, NOON + MINUTE)
    slot(store, NOON, Job.WEEKLY)
    send(desk, notifier)
    assert [title.split("/")[0] for title in notifier.titles()] == [
        "Job failed: checkpoint",
        "Job failed: weekly",
    ]


def test_a_new_channel_begins_with_the_alerts_of_the_last_day(store, clock):
    slot(store)
    desk = a_desk(store, clock)
    send(desk, FakeNotifier())
    clock.move_to(NOON + 3 * DAY)
    slot(store, NOON + 3 * DAY - HOUR)
    raise_alerts(desk)
    both = policy(channels={"chat": ChannelPolicy(), "mail": ChannelPolicy()})
    notifier = FakeNotifier()
    send(a_desk(store, clock, both), notifier)
    assert (len(notifier.titles("mail")), len(notifier.titles("chat"))) == (1, 1)


def test_a_channel_that_is_back_is_not_told_again_what_it_knows(store, clock):
    slot(store)
    notifier = FakeNotifier()
    send(a_desk(store, clock), notifier)
    send(a_desk(store, clock, policy(channels={})), notifier)
    slot(store, NOON + HOUR)
    assert send(a_desk(store, clock), notifier) == 1
    assert types(store, "AlertChannelOpened", "AlertChannelClosed") == [
        "AlertChannelOpened",
        "AlertChannelClosed",
        "AlertChannelOpened",
    ]


def test_a_clock_that_was_set_back_delays_nothing(store):
    clock = FixedClock(NOON + HOUR)
    desk, notifier = a_desk(store, clock), FakeNotifier()
    notifier.down = {"chat"}
    slot(store)
    send(desk, notifier)
    notifier.down = set()
    assert send(a_desk(store, FixedClock(NOON)), notifier) == 1
