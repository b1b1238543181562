"""A language model that answers from the log alone, and fails loudly on a prompt it never heard."""

from __future__ import annotations

from core import errors
from core.errors import ModelError, UnknownPrompt
from core.events.calls import ModelCallCompleted, ModelCallFailed
from core.schemas.model_call import ModelAnswer, ModelRequest
from providers.call_log import CallLog
from providers.llm.hashing import request_hash


class ReplayModel:
    """Gives the recorded answer of the same request, or raises the recorded failure again."""

    def __init__(self, recorded: CallLog) -> None:
        self._recorded = recorded

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        mark = request_hash(request)
        completed = self._recorded.recorded(request.call, ModelCallCompleted, mark)
        if completed is not None:
            return completed.answer
        failed = self._recorded.recorded(request.call, ModelCallFailed, mark)
        if failed is not None:
            raise _error_class(failed.error)(failed.message, usage=failed.usage)
        raise UnknownPrompt(
            f"no recorded answer for call {request.call} of {request.model} (request {mark[:12]}): "
            "its prompt, model or settings are not those of the recorded run"
        )


def _error_class(name: str) -> type[ModelError]:
    found = getattr(errors, name, ModelError)
    return found if isinstance(found, type) and issubclass(found, ModelError) else ModelError
