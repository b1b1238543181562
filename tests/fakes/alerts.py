"""Alert desks over a store in memory, a notifier that can be down, and alerts made by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.alert_policy import AlertPolicy, ChannelPolicy
from core.clock import FixedClock
from core.desk.alerts import AlertDesk, alert_desk
from core.desk.slots import Job
from core.desk.writing import SLOT_STREAM, account_stream, append_one, new_event
from core.errors import AlertNotSent
from core.events import ALL_EVENTS
from core.events.account import AccountOpened
from core.events.envelope import Event
from core.events.system import SlotFinished
from core.schemas.alert import Alert, AlertKind, Severity
from core.types import AccountId, StreamId, week_of
from storage.event_store import SqlEventStore, open_store
from storage.serialization import EventRegistry
from tests.fakes.desks import on

NOON = on("2026-11-18", "12:00")
NAMES = {AccountId("acct_1"): "GPT", AccountId("acct_5"): "Council"}
COUNCIL = AccountId("acct_5")


def memory(url: str = "sqlite://") -> SqlEventStore:
    return open_store(url, registry=EventRegistry(ALL_EVENTS))


def policy(**more) -> AlertPolicy:
    """One channel ``chat`` beside the log, no quiet hours."""
    given = {"channels": {"chat": ChannelPolicy(per_hour=None)}, **more}
    return AlertPolicy(**given)


def a_desk(store: SqlEventStore, clock: FixedClock, made: AlertPolicy | None = None) -> AlertDesk:
    """A process that has just started."""
    return alert_desk(store, made or policy(), NAMES, COUNCIL, clock)


def append(store: SqlEventStore, stream: str, event: Event, *what: object, at: datetime = NOON):
    append_one(store, StreamId(stream), new_event(StreamId(stream), event, what, at))
    return list(store.read(StreamId(stream)))[-1]


def slot(
    store: SqlEventStore,
    at: datetime = NOON,
    job: Job = Job.CHECKPOINT,
    outcome: str = "failed",
    detail: str = "no price",
    *,
    strategy: str = "",
):
    """A slot that ended; its key is made of the instant, and of the strategy where it is one's."""
    event = SlotFinished(
        job=job,
        slot=f"{job}/{strategy and strategy + '/'}{at:%Y-%m-%d/%H:%M}",
        at=at,
        session=at.date(),
        label=f"{at:%H:%M}",
        slot_week_id=week_of(at.date()),
        previous=None,
        outcome=outcome,
        detail=detail,
    )
    return append(store, SLOT_STREAM, event, event.slot, at=at)


def opened(store: SqlEventStore, account: AccountId, cash: int = 100_000) -> None:
    event = AccountOpened(
        account_id=account,
        name=NAMES[account],
        strategy="macro_council",
        model="rules/trend",
        starting_cash=cash,
    )
    append(store, account_stream(account), event, account, at=NOON - timedelta(days=9))


def an_alert(number: int = 1, severity: Severity = Severity.WARNING, **more) -> Alert:
    return Alert(
        **{
            "alert_id": f"alert-{number}",
            "kind": AlertKind.JOB_FAILED,
            "severity": severity,
            "subject": f"job {number}",
            "title": f"Job {number} failed",
            "body": "no price",
            "link": "/week?week=2026-11-18",
            "source_event_id": f"source-{number}",
            "occurred_at": NOON,
            **more,
        }
    )


class FakeNotifier:
    """Keeps what it was given; ``down`` channels take nothing, ``before`` runs ahead of each."""

    def __init__(self, before=None) -> None:
        self.taken: list[tuple[str, str]] = []
        self.asked = 0
        self.down: set[str] = set()
        self._before = before

    async def notify(self, channel: str, alert: Alert) -> None:
        self.asked += 1
        if self._before is not None:
            await self._before(channel, alert)
        if channel in self.down:
            raise AlertNotSent(f"channel {channel}: it is down")
        self.taken.append((channel, alert.title))

    def titles(self, channel: str = "chat") -> list[str]:
        return [title for name, title in self.taken if name == channel]
