"""A language model whose every call is a span: who was asked, how it ended, what it cost; no text."""

from __future__ import annotations

from core.call_names import agent_and_task
from core.ports import LanguageModel
from core.schemas.model_call import ModelAnswer, ModelRequest
from core.spans import Fact, span


class TracedModel:
    """Tells `core.spans` of each call; a call answered from the record is none, put it inside."""

    def __init__(self, inner: LanguageModel) -> None:
        self._inner = inner

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        agent, task = agent_and_task(request.call)
        asked: dict[str, Fact] = {"agent": agent, "task": task, "model": request.model}
        with span(f"model {task}", **asked, attempt=request.attempt) as told:
            answer = await self._inner.complete(request)
            told.note(**_facts(answer))
        return answer


def _facts(answer: ModelAnswer) -> dict[str, Fact]:
    usage = answer.usage
    return {
        "served_model": answer.served_model,
        "provider": answer.provider,
        "finish_reason": answer.finish_reason.value,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cost_usd": float(usage.cost_usd),
    }
