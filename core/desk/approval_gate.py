"""The gate of a week's run: whether it stands there, whether it is open, and what it waits for."""

from __future__ import annotations

from core.context import PipelineContext
from core.desk.approval import expire
from core.desk.approval_log import ballot, has_finished, newest_claim
from core.desk.desk import Desk
from core.desk.opening import recorded_policy
from core.desk.proposing import propose, shown
from core.desk.runs import started_event
from core.errors import ApprovalPending, BadInput
from core.ports import EventStore
from core.schemas.approval import OrderApprovals
from core.schemas.run import RunKind, RunSpec
from core.types import StoreKind

BEFORE, STAGE, BEHIND = "risk", "approval", "order_plan"


class RecordedApprovals:
    """The `Approvals` port over the log."""

    def __init__(self, store: EventStore, run: RunSpec) -> None:
        self._store = store
        self._run = run

    def concluded(self) -> OrderApprovals:
        found = ballot(self._store, self._run.run_id)
        if found is None or found.pending:
            raise ApprovalPending(f"the orders of week {self._run.week_id} are not decided yet")
        return found.outcome()


def stands(desk: Desk, run: RunSpec) -> bool:
    """Whether this run's orders need a person's word.

    Manual when the run began, or now, or once it was asked: no change of the settings takes the gate
    away from a run under way. One that has planned its orders without it goes on without it.
    """
    if run.kind is not RunKind.OFFICIAL or desk.kind is not StoreKind.REAL:
        return False
    if ballot(desk.store, run.run_id) is not None:
        return True
    if has_finished(desk.store, run, BEHIND):
        return False
    began_with = recorded_policy(desk.store, started_event(desk.store, run).settings_fingerprint)
    return "manual" in (began_with.execution.approval, desk.policy.execution.approval)


def waits_for(desk: Desk, run: RunSpec, context: PipelineContext) -> str | None:
    """Propose what is not proposed, expire what is over; what is waited for, None when it may go on.

    BadInput for a run that did not go on before the next week began.
    """
    if has_finished(desk.store, run, STAGE):
        return None
    newest = newest_claim(desk.store)
    if newest > run.week_id:
        raise BadInput(
            f"week {run.week_id} is over: week {newest} began before its orders were sent; "
            "`rerun` shows what it would have done"
        )
    now = desk.clock.now()
    propose(desk, run, context, now)
    expire(desk.store, now)
    found = ballot(desk.store, run.run_id)
    if found is None or not found.pending:
        return None
    return f"approval until {shown(found.expires_at, now)}"
