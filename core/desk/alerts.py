"""Alerts from the log: what was appended since the last look becomes `AlertRaised`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.alert_policy import AlertPolicy
from core.clock import Clock, iso
from core.desk.alert_facts import AlertFacts
from core.desk.alert_log import STALE, AlertLog
from core.events.alerts import AlertRaised, AlertsFollowed
from core.events.envelope import NewEvent, StoredEvent
from core.ports import EventStore
from core.rules.alerts import TOLD_TYPES, alerts_of, silence
from core.schemas.alert import Alert
from core.types import AccountId

TRIES = 10
NOTE_EVERY = 500
"""Events looked at without an alert after which the place is written down all the same."""


@dataclass(frozen=True, slots=True)
class AlertDesk:
    """All that raising and delivering work with; one a process, made by `alert_desk`."""

    policy: AlertPolicy
    log: AlertLog
    facts: AlertFacts
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at the log: how far it went, what it found, and what was too old to be told."""

    position: int
    events: int
    skipped: int
    alerts: Sequence[Alert]


def alert_desk(
    store: EventStore,
    policy: AlertPolicy,
    names: Mapping[AccountId, str],
    council: AccountId | None,
    clock: Clock,
) -> AlertDesk:
    """``names`` are the accounts that are told of, ``council`` the one the day's summary leads with."""
    return AlertDesk(policy, AlertLog(store), AlertFacts(store, names, council), clock)


def raise_alerts(desk: AlertDesk) -> int:
    """Follow the log from the last position seen; returns how many alerts were raised.

    On the first look at a store, events older than the policy's ``oldest_hours`` are only counted.
    Safe in several processes at once: an alert's id is made of its event's.
    """
    log = desk.log
    log.refresh()
    look = _look(desk, first=log.followed is None)
    if look.events == 0:
        return 0
    raised = 0
    if look.alerts or look.skipped or log.followed is None or look.events >= NOTE_EVERY:
        raised = _commit(
            desk, look.alerts, AlertsFollowed(position=look.position, skipped=look.skipped)
        )
        log.seen = look.position
    return raised


def alert_if_silent(desk: AlertDesk, last_sign: datetime | None) -> bool:
    """Raise the alert of a silence that lasts longer than the policy allows; True when it is new.

    ``last_sign`` is the scheduler's last heartbeat, None before there was one. To be called by
    whoever still lives: a web process, a standby, a cron job.
    """
    bound, now = desk.policy.rules.heartbeat_silent_s, desk.clock.now()
    if bound is None or last_sign is None or (now - last_sign).total_seconds() < bound:
        return False
    desk.log.refresh()
    return _commit(desk, [silence(last_sign, now)], None) > 0


def _look(desk: AlertDesk, *, first: bool) -> _Look:
    earliest = iso(desk.clock.now() - desk.policy.oldest) if first else ""
    position, events, skipped = desk.log.seen, 0, 0
    alerts: list[Alert] = []
    for row in desk.log.store.read_all(position, TOLD_TYPES):
        position, events = row.position, events + 1
        if row.occurred_at < earliest:
            skipped += 1
        else:
            alerts += _told(desk, row)
    return _Look(position, events, skipped, alerts)


def _told(desk: AlertDesk, row: StoredEvent) -> Iterable[Alert]:
    return alerts_of(row, desk.facts.context_of(row, desk.policy.rules))


def _commit(desk: AlertDesk, alerts: Sequence[Alert], followed: AlertsFollowed | None) -> int:
    """Raise those that are not there yet, and note the place, in one transaction."""
    log = desk.log
    for left in reversed(range(TRIES)):
        fresh = [alert for alert in alerts if not log.is_raised(alert)]
        events = [_raised(log, alert) for alert in fresh]
        if followed is not None and (log.followed is None or log.followed < followed.position):
            events.append(log.new_event(followed, [followed.position], desk.clock.now()))
        try:
            if events:
                log.append(events)
        except STALE:
            if not left:
                raise
            log.refresh()
        else:
            return len(fresh)
    raise AssertionError("the last try returns or raises")


def _raised(log: AlertLog, alert: Alert) -> NewEvent:
    fields = {name: value for name, value in dict(alert).items() if name != "occurred_at"}
    return log.new_event(AlertRaised(**fields), [alert.alert_id], alert.occurred_at)
