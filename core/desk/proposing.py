"""Proposing a week's orders: what each account would trade, and until when somebody may say yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from core import keys
from core.clock import at_new_york, in_new_york
from core.context import PipelineContext
from core.desk.approval_log import ballot
from core.desk.desk import Desk
from core.desk.writing import approval_stream, new_event
from core.events.approval import OrdersProposed
from core.events.envelope import Append
from core.policy import ExecutionPolicy
from core.ports import TradingCalendar
from core.rules.ballot import Ballot
from core.rules.orders import Plan
from core.rules.proposals import Terms, means_of
from core.rules.proposals import propose as proposal_of
from core.schemas.approval import Proposal
from core.schemas.run import RunSpec


def propose(
    desk: Desk,
    run: RunSpec,
    context: PipelineContext,
    at: datetime,
    expires_at: datetime | None = None,
) -> Ballot:
    """Record what each account would trade, once; a proposal that is there already stays as it is.

    ``context`` holds the run's values up to ``risk``; the expiry is the policy's, seen from ``at``.
    """
    known = ballot(desk.store, run.run_id)
    if known is not None:
        return known
    until = expires_at or expiry(desk.policy.execution, desk.calendar, at)
    event = OrdersProposed(
        run_id=run.run_id,
        week_id=run.week_id,
        proposals=tuple(_proposals(desk, run, context)),
        expires_at=until,
    )
    stream = approval_stream(run.run_id)
    new = new_event(stream, event, [run.run_id], at, week_id=run.week_id, run_id=run.run_id)
    desk.store.commit([Append(stream, [new], 0)])
    made = ballot(desk.store, run.run_id)
    assert made is not None  # it was just written
    return made


def _proposals(desk: Desk, run: RunSpec, context: PipelineContext) -> Sequence[Proposal]:
    prices = {asset.symbol: asset.price for asset in context[keys.MARKET_SNAPSHOT].assets}
    constraints, risk = context[keys.EXECUTION_CONSTRAINTS], desk.policy.risk
    hits = {one.account_id: one.hits for one in context[keys.RISK_ASSESSMENT].accounts}
    terms = Terms(risk.slippage_bps, risk.commission_bps, constraints.max_position_pct)
    found = []
    for target in constraints.targets:
        plan = Plan(target.account_id, run.week_id, run.run_id, run.as_of, prices)
        means = means_of(desk.books.book(target.account_id), prices, terms)
        found.append(proposal_of(plan, target, means, terms, hits.get(target.account_id, ())))
    return found


def expiry(policy: ExecutionPolicy, calendar: TradingCalendar, at: datetime) -> datetime:
    """When a proposal made at ``at`` ends: its hours later, or its wall time on a session, after ``at``."""
    wall = policy.approval_expires
    if not isinstance(wall, time):
        return at + timedelta(hours=wall)
    session = calendar.session_on_or_after(in_new_york(at).date())
    until = at_new_york(session, wall)
    return until if until > at else at_new_york(calendar.offset(session, 1), wall)


def shown(instant: datetime, now: datetime) -> str:
    """``11:00 New York``, with its date when that is not today."""
    there = in_new_york(instant)
    same_day = there.date() == in_new_york(now).date()
    return f"{there:%H:%M} New York" if same_day else f"{there:%Y-%m-%d %H:%M} New York"
