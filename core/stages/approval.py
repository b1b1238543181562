"""Approval: nothing is planned for an account until a person said yes to what it would trade."""

from __future__ import annotations

from core.context import PipelineContext
from core.errors import ApprovalPending
from core.keys import EXECUTION_CONSTRAINTS, ORDER_APPROVALS
from core.ports import Approvals
from core.stage import BaseStage


class ApprovalStage(BaseStage):
    """Takes the word on every account; ApprovalPending while one has none.

    A pipeline reaches it only once all are decided or expired: it never waits.
    """

    name = "approval"
    needs = (EXECUTION_CONSTRAINTS,)
    gives = (ORDER_APPROVALS,)

    def __init__(self, approvals: Approvals) -> None:
        self._approvals = approvals

    async def run(self, context: PipelineContext) -> PipelineContext:
        outcome = self._approvals.concluded()
        decided = {decision.account_id for decision in outcome.decisions}
        for target in context[EXECUTION_CONSTRAINTS].targets:
            if target.account_id not in decided:
                raise ApprovalPending(f"nobody decided on the orders of {target.account_id} yet")
        return context.bind(ORDER_APPROVALS, outcome)
