"""A journal in memory, and stages made of a function: enough to run any pipeline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from pydantic import JsonValue

from core.context import ContextKey, PipelineContext
from core.ports import FinishedStage


class MemoryJournal:
    """Keeps what a run recorded, in the order it was recorded."""

    def __init__(self, finished: Iterable[FinishedStage] = ()) -> None:
        self.stages = list(finished)
        self.failures: list[tuple[str, Exception]] = []
        self.stale: list[tuple[str, ...]] = []

    def finished(self) -> Sequence[FinishedStage]:
        return tuple(self.stages)

    def record(self, finished: FinishedStage) -> None:
        self.stages.append(finished)

    def record_failure(self, stage: str, error: Exception) -> None:
        self.failures.append((stage, error))

    def record_stale(self, stages: Sequence[str], reason: str) -> None:
        self.stale.append(tuple(stages))

    @property
    def names(self) -> list[str]:
        return [stage.stage for stage in self.stages]


class FunctionStage:
    """A stage whose work is ``work(context)``: a mapping from keys to values, awaited."""

    def __init__(
        self,
        name: str,
        needs: tuple[ContextKey[Any], ...],
        gives: tuple[ContextKey[Any], ...],
        work: Callable[[PipelineContext], Awaitable[dict[ContextKey[Any], Any]]] | None = None,
        *,
        timeout_s: float | None = None,
        settings: JsonValue = None,
        when: Callable[[PipelineContext], bool] = lambda _: True,
    ) -> None:
        self.name, self.needs, self.gives, self.timeout_s = name, needs, gives, timeout_s
        self.settings, self.runs = settings, 0
        self._work, self._when = work, when

    def depends_on(self) -> JsonValue:
        return self.settings

    def when(self, context: PipelineContext) -> bool:
        return self._when(context)

    async def run(self, context: PipelineContext) -> PipelineContext:
        self.runs += 1
        made = dict.fromkeys(self.gives, self.name)
        if self._work is not None:
            made = await self._work(context)
        for key, value in made.items():
            context = context.bind(key, value)
        return context
