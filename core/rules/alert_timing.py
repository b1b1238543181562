"""When an alert goes out: quiet hours, repetitions, the bound an hour, and waiting after failures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.alert_policy import AlertPolicy, ChannelPolicy, QuietHours
from core.clock import in_new_york
from core.schemas.alert import Alert, Severity

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=10)
DOUBLINGS = 6
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """The last alert of a kind about a subject that was not held to be a repetition."""

    occurred_at: datetime
    severity: Severity
    version: int


def is_quiet(hours: QuietHours | None, at: datetime) -> bool:
    """Whether a New York wall clock stands within the hours: start included, end not."""
    if hours is None:
        return False
    wall = in_new_york(at).time()
    if hours.start < hours.end:
        return hours.start <= wall < hours.end
    return wall >= hours.start or wall < hours.end


def waits(alert: Alert, channel: ChannelPolicy, policy: AlertPolicy, at: datetime) -> bool:
    """Held back by quiet hours; a critical alert never is."""
    if alert.severity is Severity.CRITICAL or channel.quiet == "ignore":
        return False
    return is_quiet(policy.quiet_hours, at)


def has_room(alert: Alert, channel: ChannelPolicy, sent: Iterable[datetime], at: datetime) -> bool:
    """Whether the hour before ``at`` has room for one more; for a critical alert it always has."""
    if alert.severity is Severity.CRITICAL or channel.per_hour is None:
        return True
    return sum(at - instant < AN_HOUR for instant in sent) < channel.per_hour


def repeats(alert: Alert, version: int, kept: Kept | None, window: timedelta) -> bool:
    """The same again within the window after the one kept, and not graver."""
    if kept is None or kept.version >= version or alert.severity.rank > kept.severity.rank:
        return False
    return abs(alert.occurred_at - kept.occurred_at) < window


def wait_after(failures: int) -> timedelta:
    """Half a minute after the first failure, twice as long after each more, ten minutes at most."""
    doubled: int = 2 ** min(failures - 1, DOUBLINGS)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)
