"""The order plan: intents that take every account from what it holds to its target, stored first."""

from __future__ import annotations

from core.context import PipelineContext
from core.keys import EXECUTION_CONSTRAINTS, MARKET_SNAPSHOT, ORDER_INTENTS, RUN
from core.ports import Accounts
from core.rules.orders import Plan, plan_orders
from core.schemas.order import OrderIntent
from core.stage import BaseStage


class OrderPlanStage(BaseStage):
    """Plans, and sends nothing: the intents are in the log before ``execution`` begins."""

    name = "order_plan"
    needs = (RUN, MARKET_SNAPSHOT, EXECUTION_CONSTRAINTS)
    gives = (ORDER_INTENTS,)

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def run(self, context: PipelineContext) -> PipelineContext:
        run = context[RUN]
        prices = {asset.symbol: asset.price for asset in context[MARKET_SNAPSHOT].assets}
        intents: list[OrderIntent] = []
        for target in context[EXECUTION_CONSTRAINTS].targets:
            plan = Plan(target.account_id, run.week_id, run.run_id, run.as_of, prices)
            wanted = (
                {target.instrument: target.quantity}
                if target.instrument and target.quantity
                else {}
            )
            intents += plan_orders(plan, self._accounts.positions(target.account_id), wanted)
        return context.bind(ORDER_INTENTS, tuple(intents))
