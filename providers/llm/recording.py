"""A language model whose every call is an event, and whose answered calls are never made again."""

from __future__ import annotations

import time

from core.errors import ModelError
from core.events.calls import ModelCallCompleted, ModelCallFailed, ModelCallRequested
from core.ports import LanguageModel
from core.schemas.model_call import ModelAnswer, ModelRequest, Usage
from providers.call_log import CallLog
from providers.llm.hashing import request_hash


class RecordingModel:
    """Commits ``ModelCallRequested`` before the call and its answer or failure after it.

    A call that failed before, or died unanswered, is made again when the run resumes.
    """

    def __init__(self, inner: LanguageModel, log: CallLog) -> None:
        self._inner = inner
        self._log = log

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        mark = request_hash(request)
        known = self._log.recorded(request.call, ModelCallCompleted, mark)
        if known is not None:
            return known.answer
        if not self._log.asked_unanswered(request.call, mark):
            self._log.append(
                request.call, ModelCallRequested(request_hash=mark, request=request), mark
            )
        started = time.perf_counter()
        try:
            answer = await self._inner.complete(request)
        except ModelError as error:
            failed = ModelCallFailed(
                request_hash=mark,
                error=type(error).__name__,
                message=str(error),
                usage=error.usage or Usage(),
            )
            self._log.append(request.call, failed, mark, _since(started))
            raise
        completed = ModelCallCompleted(request_hash=mark, answer=answer)
        self._log.append(request.call, completed, mark, _since(started))
        return answer


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1_000
