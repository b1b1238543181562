"""Alerts from the log: what was appended since the last look becomes `AlertRaised`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.alert_policy import AlertPolicy
from core.clock import Clock, iso
from core.desk.alert_facts import AlertFacts
from core.desk.alert_log import STALE, AlertLog
from core.events.alerts import AlertRaised, AlertsFollowed
from core.events.envelope import NewEvent
from core.ports import EventStore
from core.rules.alerts import TOLD_TYPES, alerts_of, gathered, silence
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
    """One look at the log: how far it went, what it found where, and what was too old to be told."""

    position: int
    events: int
    skipped: int
    found: Sequence[tuple[int, Alert]]

    def after(self, position: int | None) -> list[Alert]:
        """What it found beyond a position; a crowd of missed jobs is one alert."""
        return gathered([alert for at, alert in self.found if at > (position or 0)])


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
    newest = log.store.last_position()
    if newest <= log.seen:
        return 0
    look = _look(desk, first=log.followed is None)
    raised = 0
    if look.events and (look.found or log.followed is None or look.events >= NOTE_EVERY):
        raised = _settled(desk, lambda: _following(desk, look))
    log.seen = max(look.position, newest)
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
    alert = silence(last_sign, now)
    return _settled(desk, lambda: _raised(desk.log, [alert])) > 0


def _look(desk: AlertDesk, *, first: bool) -> _Look:
    earliest = iso(desk.clock.now() - desk.policy.oldest) if first else ""
    position, events, skipped = desk.log.seen, 0, 0
    found: list[tuple[int, Alert]] = []
    for row in desk.log.store.read_all(position, TOLD_TYPES):
        position, events = row.position, events + 1
        if row.occurred_at < earliest:
            skipped += 1
        else:
            context = desk.facts.context_of(row, desk.policy.rules)
            found += [(position, alert) for alert in alerts_of(row, context)]
    return _Look(position, events, skipped, found)


def _following(desk: AlertDesk, look: _Look) -> list[NewEvent]:
    """What the look found and nobody else has raised meanwhile, and the place it came to."""
    log = desk.log
    if log.followed is not None and log.followed >= look.position:
        return []
    events = _raised(log, look.after(log.followed))
    followed = AlertsFollowed(position=look.position, skipped=look.skipped)
    return [*events, log.new_event(followed, [look.position], desk.clock.now())]


def _raised(log: AlertLog, alerts: Sequence[Alert]) -> list[NewEvent]:
    """One event an alert: several of a look may be the same one."""
    first = {alert.alert_id: alert for alert in reversed(alerts)}
    fresh = (alert for alert in alerts if alert is first[alert.alert_id])
    return [_raising(log, alert) for alert in fresh if not log.is_raised(alert)]


def _raising(log: AlertLog, alert: Alert) -> NewEvent:
    fields = {name: value for name, value in dict(alert).items() if name != "occurred_at"}
    return log.new_event(AlertRaised(**fields), [alert.alert_id], alert.occurred_at)


def _settled(desk: AlertDesk, events_now: Callable[[], list[NewEvent]]) -> int:
    """Commit what is to be written as things stand, anew when they moved; the alerts raised."""
    for left in reversed(range(TRIES)):
        events = events_now()
        try:
            stored = desk.log.append(events) if events else ()
        except STALE:
            if not left:
                raise
            desk.log.refresh()
        else:
            mine = (row for row in stored if desk.log.is_mine(row))
            return sum(row.type == AlertRaised.__name__ for row in mine)
    raise AssertionError("the last try returns or raises")
