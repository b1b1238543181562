"""The order plan: intents that take every account from what it holds to its target, stored first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.context import ContextKey, PipelineContext
from core.keys import EXECUTION_CONSTRAINTS, MARKET_SNAPSHOT, ORDER_APPROVALS, ORDER_INTENTS, RUN
from core.ports import Accounts
from core.rules.orders import Plan, plan_orders, wanted_positions
from core.schemas.order import OrderIntent
from core.schemas.risk import Target
from core.stage import BaseStage


class OrderPlanStage(BaseStage):
    """Plans, and sends nothing: the intents are in the log before ``execution`` begins.

    Behind the approval gate (``gated``) it plans for the approved accounts alone.
    """

    name = "order_plan"
    gives = (ORDER_INTENTS,)

    def __init__(self, accounts: Accounts, *, gated: bool = False) -> None:
        self._accounts = accounts
        self._gate = (ORDER_APPROVALS,) if gated else ()

    @property
    def needs(self) -> tuple[ContextKey[Any], ...]:
        return (RUN, MARKET_SNAPSHOT, EXECUTION_CONSTRAINTS, *self._gate)

    async def run(self, context: PipelineContext) -> PipelineContext:
        run = context[RUN]
        prices = {asset.symbol: asset.price for asset in context[MARKET_SNAPSHOT].assets}
        intents: list[OrderIntent] = []
        for target in self._allowed(context):
            plan = Plan(target.account_id, run.week_id, run.run_id, run.as_of, prices)
            current = self._accounts.positions(target.account_id)
            intents += plan_orders(plan, current, wanted_positions(target))
        return context.bind(ORDER_INTENTS, tuple(intents))

    def _allowed(self, context: PipelineContext) -> Sequence[Target]:
        targets = context[EXECUTION_CONSTRAINTS].targets
        if not self._gate:
            return targets
        approved = context[ORDER_APPROVALS].approved
        return [target for target in targets if target.account_id in approved]
