"""Where the budget stopped a recorded call, its replay stops too, with the same words."""

from __future__ import annotations

from core.desk.spending import why
from core.errors import BudgetExceeded, UnknownPrompt
from core.ports import LanguageModel
from core.schemas.model_call import ModelAnswer, ModelRequest
from providers.call_log import CallLog


class ReplayedStops:
    """A call without an answer in ``recorded``, but with a stop, is BudgetExceeded once more."""

    def __init__(self, inner: LanguageModel, recorded: CallLog) -> None:
        self._inner = inner
        self._recorded = recorded

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        try:
            return await self._inner.complete(request)
        except UnknownPrompt:
            stop = self._recorded.budget_stop(request.call)
            if stop is None:
                raise
        raise BudgetExceeded(why(stop))
