"""A language model with deputies: when it cannot answer, the next of its lineage is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import ModelError, ModelRefused, UnknownPrompt
from core.events.calls import ModelFellBack
from core.ports import LanguageModel
from core.profile import Cast, ModelSpec
from core.schemas.model_call import FinishReason, ModelAnswer, ModelRequest, Usage
from providers.call_log import CallLog
from providers.llm.hashing import request_hash


class FallbackModel:
    """Asks the model of the request, then its ``lineages`` in order; the last failure is raised.

    Every step is a ``ModelFellBack``; the answer's ``served_model`` says who answered in the end.
    A run that may not spend is not a failure of a model: SpendingStopped ends it here as well.
    """

    def __init__(
        self, inner: LanguageModel, lineages: Mapping[str, tuple[str, ...]], log: CallLog
    ) -> None:
        self._inner = inner
        self._lineages = lineages
        self._log = log

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        asked = request
        for deputy in self._lineages.get(request.model, ()):
            try:
                return await self._answer(asked)
            except UnknownPrompt:
                raise
            except ModelError as error:
                self._record(request, asked.model, deputy, error)
                asked = request.model_copy(update={"model": deputy})
        return await self._inner.complete(asked)

    async def _answer(self, request: ModelRequest) -> ModelAnswer:
        """The answer; one that only refuses is ModelRefused, for there is somebody else to ask."""
        answer = await self._inner.complete(request)
        if answer.finish_reason is FinishReason.REFUSAL:
            raise ModelRefused(f"{answer.served_model} refused to answer", usage=answer.usage)
        return answer

    def _record(self, request: ModelRequest, model: str, deputy: str, error: ModelError) -> None:
        mark = request_hash(request)
        fell = ModelFellBack(
            request_hash=mark,
            model=model,
            next_model=deputy,
            error=type(error).__name__,
            message=str(error),
            usage=error.usage or Usage(),
        )
        self._log.append(request.call, fell, mark)


def lineages_of(cast: Cast) -> Mapping[str, tuple[str, ...]]:
    """Who answers for whom, by model id: of seats, chairmen and editors.

    Researchers are not among them: their chain steps down from one researcher to another.
    """
    editors = (spec.editor for spec in cast.researchers.values() if spec.editor is not None)
    return deputies_of((*cast.seats, cast.chairman, *cast.chairman_chain, *editors))


def deputies_of(models: Iterable[ModelSpec]) -> Mapping[str, tuple[str, ...]]:
    """Who answers for whom, by model id; a model that is named twice keeps its first deputies."""
    found: dict[str, tuple[str, ...]] = {}
    for spec in models:
        deputies = (deputy.model for deputy in spec.lineage[1:])
        others = tuple(model for model in dict.fromkeys(deputies) if model != spec.model)
        if others:
            found.setdefault(spec.model, others)
    return found
