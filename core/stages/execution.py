"""Execution: every stored intent is brought to its broker, all of a week together."""

from __future__ import annotations

from core.context import PipelineContext
from core.keys import EXECUTION_RESULT, ORDER_INTENTS
from core.ports import OrderRoute
from core.schemas.execution import ExecutionResult
from core.stage import BaseStage


class ExecutionStage(BaseStage):
    """Submits the intents together, in the order they were planned.

    The route records and is idempotent, so a crash in the middle is repeated without harm. An order
    that follows another is WAITING until that one has filled. OrderUnknown fails the stage: nobody
    can say what happened, and the next resume asks the broker again instead of guessing.
    """

    name = "execution"
    needs = (ORDER_INTENTS,)
    gives = (EXECUTION_RESULT,)

    def __init__(self, route: OrderRoute) -> None:
        self._route = route

    async def run(self, context: PipelineContext) -> PipelineContext:
        intents = context[ORDER_INTENTS]
        outcomes = tuple(self._route.submit(intents))
        return context.bind(EXECUTION_RESULT, ExecutionResult(outcomes=outcomes))
