"""What happened on the way to a recorded answer, done again beside a replay."""

from __future__ import annotations

from core.desk.spending import why
from core.errors import BudgetExceeded, UnknownPrompt
from core.events.calls import ModelFellBack
from core.ports import LanguageModel
from core.schemas.model_call import ModelAnswer, ModelRequest
from providers.call_log import CallLog
from providers.llm.hashing import request_hash


class ReplayedDetours:
    """Appends the fallbacks a recorded call took, and stops where the budget stopped it.

    ``recorded`` is the log that is replayed, ``log`` the one the replay writes.
    """

    def __init__(self, inner: LanguageModel, recorded: CallLog, log: CallLog) -> None:
        self._inner = inner
        self._recorded = recorded
        self._log = log

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        mark = request_hash(request)
        for fell in self._recorded.every(request.call, ModelFellBack, mark):
            self._log.append(request.call, fell, mark)
        try:
            return await self._inner.complete(request)
        except UnknownPrompt:
            stop = self._recorded.budget_stop(request.call)
            if stop is None:
                raise
        raise BudgetExceeded(why(stop))
