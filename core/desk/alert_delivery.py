"""The outbox: every alert a channel is owed goes out once, as soon as the channel takes it.

An attempt is an event before it is made, so that of several processes one makes it. A process that
dies between the sending and `AlertDelivered`, or a channel that takes an alert and does not say so,
is told twice: nobody can know. Everything else is told exactly once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

from core.alert_policy import ChannelPolicy
from core.desk.alert_books import ChannelBook, Owed
from core.desk.alert_log import ALERT_STREAM, STALE
from core.desk.alerts import TRIES, AlertDesk
from core.errors import AlertNotSent, ConcurrencyError
from core.events.alerts import (
    AlertAttempted,
    AlertChannelClosed,
    AlertChannelOpened,
    AlertDelivered,
    AlertFailed,
    AlertSuppressed,
)
from core.events.envelope import NewEvent
from core.ports import Notifier
from core.rules.alert_timing import has_room, repeats, wait_after, waits

ATTEMPT = timedelta(minutes=3)
"""An attempt without an end is given up after this: longer than any notifier may take."""


async def deliver(desk: AlertDesk, notifier: Notifier) -> int:
    """Send what is due on every channel, all channels at once; returns how many were delivered.

    A channel that fails is left alone until its wait is over; the others do not wait for it.
    """
    desk.log.refresh()
    _open_and_close(desk)
    channels = desk.policy.channels
    work = (_drain(desk, notifier, name) for name in channels)
    ends = await asyncio.gather(*work, return_exceptions=True)
    for end in ends:  # a store that failed one channel is told once all have come to their end
        if isinstance(end, BaseException):
            raise end
    return sum(end for end in ends if isinstance(end, int))


async def _drain(desk: AlertDesk, notifier: Notifier, channel: str) -> int:
    """Everything due on one channel, until nothing is left or it fails."""
    delivered = 0
    _suppress(desk, channel)
    while (owed := _claimed(desk, channel)) is not None:
        alert, attempt = owed.alert, owed.attempts
        try:
            await notifier.notify(channel, alert)
        except AlertNotSent as error:
            failed = AlertFailed(
                alert_id=alert.alert_id, channel=channel, attempt=attempt, reason=str(error)
            )
            end = desk.log.new_event(failed, [alert.alert_id, channel, attempt], _now(desk))
            _record(desk, end, channel, alert.alert_id)
            return delivered
        done = AlertDelivered(alert_id=alert.alert_id, channel=channel)
        end = desk.log.new_event(done, [alert.alert_id, channel], _now(desk))
        _record(desk, end, channel, alert.alert_id)
        delivered += 1
    return delivered


def _claimed(desk: AlertDesk, channel: str) -> Owed | None:
    """The next alert to send, its attempt recorded as ours; None when nothing is due."""
    for _ in range(TRIES):
        owed = next(_due(desk, channel), None)
        if owed is None:
            return None
        attempt, alert_id = owed.attempts + 1, owed.alert.alert_id
        event = AlertAttempted(alert_id=alert_id, channel=channel, attempt=attempt)
        new = desk.log.new_event(event, [alert_id, channel, attempt], _now(desk))
        try:
            stored = desk.log.append([new])
        except STALE:
            desk.log.refresh()
            continue
        if desk.log.is_mine(stored[0]):
            return owed
    return None  # others write all the time: the next tick tries again


def _due(desk: AlertDesk, channel: str) -> Iterator[Owed]:
    """What may go out now: the least tried first, of those the gravest, of those the oldest."""
    policy, book, now = desk.policy.channels[channel], desk.log.book(channel), _now(desk)
    resting = book.failed_at is not None and _within(now, book.failed_at, wait_after(book.failures))
    waiting = sorted(
        book.owed.values(),
        key=lambda owed: (owed.attempts, -owed.alert.severity.rank, owed.version),
    )
    for owed in waiting:
        if resting and owed.version < book.failed_version:
            continue  # what was raised since the failure is tried once: the channel may be back
        if owed.attempted_at is not None and _within(now, owed.attempted_at, ATTEMPT):
            continue
        if _may_go(desk, policy, book, owed, now):
            yield owed


def _may_go(
    desk: AlertDesk, policy: ChannelPolicy, book: ChannelBook, owed: Owed, now: datetime
) -> bool:
    if waits(owed.alert, policy, desk.policy, now):
        return False
    return has_room(owed.alert, policy, book.sent, now)


def _within(now: datetime, since: datetime, span: timedelta) -> bool:
    """A clock that was set back ends every waiting rather than prolong it."""
    return timedelta() <= now - since < span


def _suppress(desk: AlertDesk, channel: str) -> None:
    """Settle what this channel is never to get, in the order it was raised."""
    for _ in range(TRIES):
        events = [
            desk.log.new_event(event, [event.alert_id, channel], _now(desk))
            for event in _left_out(desk, channel)
        ]
        try:
            if events:
                desk.log.append(events)
        except STALE:
            desk.log.refresh()
        else:
            return


def _left_out(desk: AlertDesk, channel: str) -> Iterator[AlertSuppressed]:
    policy, book = desk.policy.channels[channel], desk.log.book(channel)
    kept = dict(book.kept)
    for owed in sorted(book.owed.values(), key=lambda owed: owed.version):
        alert = owed.alert
        key = (alert.kind, alert.subject)
        if alert.severity.rank < policy.min_severity.rank:
            reason = f"below {policy.min_severity}"
        elif repeats(alert, owed.version, kept.get(key), desk.policy.window):
            reason = f"repeated within {desk.policy.dedupe_minutes} minutes"
        else:
            kept[key] = owed.kept_beside(kept.get(key))
            continue
        yield AlertSuppressed(alert_id=alert.alert_id, channel=channel, reason=reason)


def _open_and_close(desk: AlertDesk) -> None:
    """Channels come and go with the configuration; a new one is owed the alerts of the last hours."""
    log, wanted, now = desk.log, desk.policy.channels, _now(desk)
    for _ in range(TRIES):
        opened = [name for name in wanted if name not in log.channels]
        closed = [name for name in log.channels if name not in wanted]
        since = now - desk.policy.oldest
        moves: list[AlertChannelOpened | AlertChannelClosed] = [
            *(AlertChannelOpened(channel=name, since=since) for name in opened),
            *(AlertChannelClosed(channel=name) for name in closed),
        ]
        try:
            if moves:
                log.append(
                    [log.new_event(move, [move.channel, log.version], now) for move in moves]
                )
        except STALE:
            log.refresh()
        else:
            return
    raise ConcurrencyError(f"stream {ALERT_STREAM} never stands still: try again")


def _record(desk: AlertDesk, end: NewEvent, channel: str, alert_id: str) -> None:
    """How an attempt ended, unless another process has settled the alert meanwhile."""
    for left in reversed(range(TRIES)):
        if alert_id not in desk.log.book(channel).owed:
            return
        try:
            desk.log.append([end])
        except STALE:
            if not left:
                raise
            desk.log.refresh()
        else:
            return


def _now(desk: AlertDesk) -> datetime:
    return desk.clock.now()
