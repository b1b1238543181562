"""A language model that is not asked what the week cannot afford."""

from __future__ import annotations

from decimal import Decimal

from core.desk.spending import WeekSpending
from core.errors import CallRejected, GenerationFailed, ModelError, ModelUnavailable, RateLimited
from core.ports import LanguageModel
from core.schemas.model_call import CostSource, ModelAnswer, ModelRequest, Usage

UNBILLED = (CallRejected, GenerationFailed, RateLimited)


class BudgetedModel:
    """Sets a call's worst case aside before it is made, and settles what it cost after it.

    BudgetExceeded instead of a call that could break the week's budget, or whose price nobody
    wrote down. What costs nothing is asked without a look at the budget.
    """

    def __init__(self, inner: LanguageModel, spending: WeekSpending) -> None:
        self._inner = inner
        self._spending = spending

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        prices = self._spending.prices
        if self._spending.limit is None or prices.costs_nothing(request.model):
            return await self._inner.complete(request)
        worst = prices.worst_case(request)
        with await self._spending.admit(request.call, request.model, worst) as held:
            try:
                answer = await self._inner.complete(request)
            except ModelError as error:
                held.settle(_failed_cost(error))
                raise
            held.settle(_known_cost(answer.usage))
            return answer


def _failed_cost(error: ModelError) -> Decimal | None:
    """USD a failure cost; None when nobody knows, as after a time-out: it may have been billed."""
    if error.usage is not None:
        return _known_cost(error.usage)
    refused = isinstance(error, UNBILLED) or type(error) is ModelUnavailable  # never taken
    return Decimal(0) if refused else None


def _known_cost(usage: Usage) -> Decimal | None:
    return None if usage.cost_source is CostSource.NONE else Decimal(usage.cost_usd)
