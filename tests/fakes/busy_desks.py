"""What operations show, written into a store event by event: a proposal, a halt, alerts, slots."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from core.clock import SystemClock, in_new_york
from core.desk.alert_log import ALERT_STREAM
from core.desk.halts import BREAKER_STREAM
from core.desk.scheduling import record_attempt
from core.desk.slot_log import SlotOutcome, finish
from core.desk.slots import Job, Slot
from core.desk.writing import SCHEDULER_STREAM, approval_stream
from core.events.alerts import AlertDelivered, AlertFailed, AlertRaised
from core.events.approval import OrdersProposed
from core.events.breaker import BreakerTripped
from core.events.scheduling import PlannedSlot, SlotsPlanned
from core.schemas.alert import AlertKind, Severity
from core.schemas.approval import Proposal, ProposedOrder
from core.schemas.breaker import Cause, Scope
from core.schemas.risk import LimitHit, LimitOutcome
from core.types import AccountId, Direction, Horizon, Side
from storage.event_store import SqlEventStore
from storage.leases import Lease
from tests.fakes.stored_weeks import RUN, append, start_run
from tests.fakes.week import WEEK

HOUR = timedelta(hours=1)


def now() -> datetime:
    return SystemClock().now()


def lead(store: SqlEventStore, ttl_s: float = 600.0) -> Lease:
    """Another process leads, for so long."""
    lease = Lease(store.engine, holder="desk-host/4711/abc", ttl_s=ttl_s)
    lease.renew()
    return lease


def slot(job: Job, at: datetime, label: str) -> Slot:
    return Slot(job, at, in_new_york(at).date(), label, WEEK)


def plan(store: SqlEventStore, *slots: Slot) -> None:
    planned = tuple(
        PlannedSlot(slot=one.key, job=one.job, label=one.label, at=one.at, week_id=one.week_id)
        for one in slots
    )
    append(store, SCHEDULER_STREAM, SlotsPlanned(session=slots[0].session, slots=planned))


def ended_slots(store: SqlEventStore, words: str = "") -> None:
    """One missed long ago, one done since, one tried in vain and still to come."""
    finish(
        store,
        slot(Job.CHECKPOINT, now() - 30 * HOUR, "12:00"),
        SlotOutcome.MISSED,
        f"40 minutes late {words}",
    )
    finish(store, slot(Job.MARK, now() - 3 * HOUR, "close"), SlotOutcome.DONE, "")
    trying = slot(Job.POSTMORTEM, now() - HOUR, "07:30")
    plan(store, trying, slot(Job.CHECKPOINT, now() + 2.5 * HOUR, "14:00"))
    record_attempt(store, trying, f"no price of SPY {words}", now())


def proposal(account: str, **changes: object) -> Proposal:
    """LONG 100 SPY for half the equity, from cash."""
    order = ProposedOrder(
        symbol="SPY",
        side=Side.BUY,
        quantity=Decimal(100),
        reference_price=Decimal(500),
        price=Decimal("500.25"),
        notional=Decimal(50_000),
        costs=Decimal("37.50"),
    )
    plain = {
        "account_id": AccountId(account),
        "instrument": "SPY",
        "direction": Direction.LONG,
        "conviction": 1.0,
        "horizon": Horizon.WEEK,
        "held": {},
        "quantity": Decimal(100),
        "reference_price": Decimal(500),
        "weight": Decimal("0.5"),
        "equity": Decimal(100_000),
        "orders": (order,),
        "notional": Decimal(50_000),
        "position": Decimal(50_000),
        "max_position": Decimal(100_000),
        "costs": Decimal("37.50"),
        "cash_before": Decimal(100_000),
        "cash_after": Decimal("49962.50"),
    }
    return Proposal(**{**plain, **changes})


def propose(store: SqlEventStore, words: str = "", *, open_for: timedelta = 2 * HOUR) -> None:
    """A week that stopped before its orders: two accounts, one of them cut by a limit."""
    start_run(store)
    hit = LimitHit(
        limit="max_gross_pct",
        asked="1.20",
        allowed="1.00",
        outcome=LimitOutcome.CLAMPED,
        reason=f"gross would be 120 % {words}",
    )
    append(
        store,
        approval_stream(RUN),
        OrdersProposed(
            run_id=RUN,
            week_id=WEEK,
            proposals=(proposal("acct_1"), proposal("acct_5", hits=(hit,))),
            expires_at=now() + open_for,
        ),
    )


def trip(store: SqlEventStore, scope: Scope = "account/acct_2") -> None:
    """The scope halts at a drawdown of 21 %."""
    append(
        store,
        BREAKER_STREAM,
        BreakerTripped(
            scope=scope,
            cause=Cause.DRAWDOWN,
            value=Decimal(21),
            threshold=Decimal(20),
            at_equity=Decimal(79_000),
            peak=Decimal(100_000),
        ),
    )


def alert(store: SqlEventStore, number: int, words: str = "") -> None:
    """Delivered to the log, failed once in chat."""
    key = f"alert-{number}"
    append(
        store,
        ALERT_STREAM,
        AlertRaised(
            alert_id=key,
            kind=AlertKind.JOB_FAILED,
            severity=Severity.WARNING,
            subject=f"job {number}",
            title=f"the job {number} failed {words}"[:150],
            body="",
            link="/operations",
            source_event_id=key,
        ),
        AlertDelivered(alert_id=key, channel="log"),
        AlertFailed(alert_id=key, channel="chat", attempt=1, reason=f"timed out {words}"),
    )
