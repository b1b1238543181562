"""What a week's plan means to the accounts: their targets and orders, in one transaction with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from core import keys
from core.clock import in_new_york
from core.context import ContextKey
from core.desk.desk import Desk
from core.desk.journal import Bookings, finished_stages
from core.desk.opening import model_changes
from core.desk.writing import account_stream
from core.events.account import OrderIntended, TargetSet
from core.events.envelope import Event
from core.ports import FinishedStage
from core.schemas.risk import Target
from core.schemas.run import RunSpec
from core.types import StreamId


def official_bookings(desk: Desk, run: RunSpec) -> Bookings:
    """What ``order_plan`` means to the accounts, written in the transaction that ends it.

    Changes of model, targets and intents: only with the plan does a week become the account's week.
    """

    def bookings(finished: FinishedStage) -> Iterable[tuple[StreamId, Event, tuple[object, ...]]]:
        intents = finished.values.get(keys.ORDER_INTENTS)
        if intents is None:
            return
        targets, at = _approved(desk, run)
        taking_part = {target.account_id for target in targets}
        for changed in model_changes(desk, run.week_id):
            if changed.account_id in taking_part:
                yield account_stream(changed.account_id), changed, (run.week_id,)
        entry = entry_session(desk, at)
        for target in targets:
            stream = account_stream(target.account_id)
            event = TargetSet(
                week_id=run.week_id, run_id=run.run_id, target=target, entry_session=entry
            )
            yield stream, event, (run.week_id,)
        for intent in intents:
            stream = account_stream(intent.account_id)
            yield stream, OrderIntended(intent=intent), (intent.client_order_id,)

    return bookings


def _approved(desk: Desk, run: RunSpec) -> tuple[tuple[Target, ...], datetime]:
    """The targets the accounts take up, and when that was decided: by the run, or by people later."""
    values: dict[ContextKey[Any], Any] = {}
    for done in finished_stages(desk.store, run.stream, run):
        values |= done.values
    targets: tuple[Target, ...] = values[keys.EXECUTION_CONSTRAINTS].targets
    word = values.get(keys.ORDER_APPROVALS)
    if word is None:
        return targets, run.as_of
    approved = tuple(target for target in targets if target.account_id in word.approved)
    return approved, max(run.as_of, word.decided_at)


def entry_session(desk: Desk, as_of: datetime) -> date:
    """The session in which an order decided at ``as_of`` fills: today until its close, else the next."""
    day = in_new_york(as_of).date()
    session = desk.calendar.session_on_or_after(day)
    if session == day and as_of >= desk.calendar.session_close(session):
        return desk.calendar.offset(session, 1)
    return session
