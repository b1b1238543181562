"""The pipeline: wiring checked when built, independent stages at once, commits in declared order."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from core.canonical import fingerprint
from core.context import ContextKey, PipelineContext
from core.errors import CouncilError, StageFailed, StageTimeout, WiringError
from core.keys import RUN
from core.ports import FinishedStage, Journal
from core.schemas.run import RunSpec
from core.spans import span
from core.stage import Stage
from core.stage_facts import stage_facts
from core.tracing import bind

log = logging.getLogger(__name__)


class StageState(StrEnum):
    RESUMED = "resumed"
    STARTED = "started"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    FAILED = "failed"


Progress = Callable[[str, StageState], None]


def silent(stage: str, state: StageState) -> None:
    """A progress callback that shows nothing."""


class StaleRun(StageFailed):
    """Stages of this run were completed under other settings; ``stages`` names them."""

    def __init__(self, stages: Sequence[str], reason: str) -> None:
        super().__init__(reason)
        self.stages = tuple(stages)


class Pipeline:
    """Stages in declared order. Building it checks the wiring; nothing has run by then.

    WiringError names the stage and the key: an input nobody gives before it, a key given twice,
    a stage name used twice.
    """

    def __init__(self, stages: Sequence[Stage], given: Iterable[ContextKey[Any]]) -> None:
        self.stages = tuple(stages)
        self.given = frozenset(given)
        self._check_wiring()

    def _check_wiring(self) -> None:
        known, names = set(self.given), set[str]()
        for stage in self.stages:
            if stage.name in names:
                raise WiringError(f"stage {stage.name} stands twice in the pipeline: rename one")
            names.add(stage.name)
            for key in stage.needs:
                if key not in known:
                    raise WiringError(
                        f"stage {stage.name} needs {key.name}, which no earlier stage gives: "
                        "reorder the stages or add the one that gives it"
                    )
            for key in stage.gives:
                if key in known:
                    raise WiringError(
                        f"stage {stage.name} gives {key.name}, which is given already"
                    )
                known.add(key)

    def until(self, last: str) -> Pipeline:
        """The same pipeline cut off after stage ``last``."""
        names = [stage.name for stage in self.stages]
        if last not in names:
            raise WiringError(f"no stage {last!r}: the stages are {', '.join(names)}")
        return Pipeline(self.stages[: names.index(last) + 1], self.given)

    async def run(
        self, context: PipelineContext, journal: Journal, progress: Progress = silent
    ) -> PipelineContext:
        """Resume from the journal, run what is left, and return the final context.

        The first failing stage (in declared order) is recorded and its CouncilError raised, StageTimeout
        among them; a defect of the program passes through as it is. StaleRun when a completed stage was
        made under other settings.
        """
        execution = _Execution(self, journal, progress)
        with bind(**_identity(context)):
            return await execution.finish(execution.resume(context))


def stage_fingerprint(stage: Stage, context: PipelineContext) -> str:
    """What the stage's outcome depends on: name, settings and prompts, and every input's content."""
    inputs = {key.name: _material(context.get(key)) for key in stage.needs}
    return fingerprint({"stage": stage.name, "depends_on": stage.depends_on(), "inputs": inputs})


def _identity(context: PipelineContext) -> Mapping[str, str]:
    """The run and its week, for every line that is logged meanwhile."""
    run = context.get(RUN)
    return {} if run is None else {"run_id": run.run_id, "week_id": run.week_id}


def _material(value: Any) -> Any:
    return value.decisive if isinstance(value, RunSpec) else value


class _Execution:
    """One run of a pipeline: which stages are done, which are under way."""

    def __init__(self, pipeline: Pipeline, journal: Journal, progress: Progress) -> None:
        self._stages = pipeline.stages
        self._journal = journal
        self._progress = progress
        self._committed: set[str] = set()
        self._skipped_keys: set[ContextKey[Any]] = set()

    def resume(self, context: PipelineContext) -> PipelineContext:
        """Bind what the journal holds, checking that it was made as it would be made now."""
        done = {finished.stage: finished for finished in self._journal.finished()}
        stale: list[str] = []
        for stage in self._stages:
            finished = done.get(stage.name)
            if finished is None:
                continue
            context = self._take(stage, finished, context)
            if not finished.skipped and finished.fingerprint != stage_fingerprint(stage, context):
                stale.append(stage.name)
            self._progress(stage.name, StageState.RESUMED)
        if stale:
            self._refuse(stale)
        return context

    def _refuse(self, stale: Sequence[str]) -> None:
        reason = (
            f"stage {stale[0]} was completed under other settings, prompts or inputs: restore them, "
            f"or `rerun --from {stale[0]}` to see the week under the new ones"
        )
        self._journal.record_stale(stale, reason)
        raise StaleRun(stale, reason)

    def _take(
        self, stage: Stage, finished: FinishedStage, context: PipelineContext
    ) -> PipelineContext:
        if finished.skipped:
            self._skipped_keys.update(stage.gives)
        for key, value in finished.values.items():
            context = context.bind(key, value)
        self._committed.add(stage.name)
        return context

    async def finish(self, context: PipelineContext) -> PipelineContext:
        """Run what is left: start a stage once its inputs are committed, commit in declared order."""
        tasks: dict[str, asyncio.Task[FinishedStage]] = {}
        pending = [stage for stage in self._stages if stage.name not in self._committed]
        try:
            while pending:
                for stage in pending:
                    if stage.name not in tasks and self._ready(stage, context):
                        tasks[stage.name] = asyncio.create_task(self._run_stage(stage, context))
                stage = pending.pop(0)
                context = self._commit(stage, await self._outcome(stage, tasks), context)
        finally:
            await _cancel(tasks.values())
        return context

    def _ready(self, stage: Stage, context: PipelineContext) -> bool:
        return all(key in context or key in self._skipped_keys for key in stage.needs)

    async def _outcome(
        self, stage: Stage, tasks: Mapping[str, asyncio.Task[FinishedStage]]
    ) -> FinishedStage:
        try:
            return await tasks[stage.name]
        except CouncilError as error:
            log.warning("stage failed: %s", error, extra={"stage": stage.name})
            self._journal.record_failure(stage.name, error)
            self._progress(stage.name, StageState.FAILED)
            raise

    def _commit(
        self, stage: Stage, finished: FinishedStage, context: PipelineContext
    ) -> PipelineContext:
        self._journal.record(finished)
        self._progress(stage.name, StageState.SKIPPED if finished.skipped else StageState.COMPLETED)
        return self._take(stage, finished, context)

    async def _run_stage(self, stage: Stage, context: PipelineContext) -> FinishedStage:
        if any(key in self._skipped_keys for key in stage.needs):
            return FinishedStage(stage.name, "", skipped=True)
        seen = context.only(stage.needs)
        mark = stage_fingerprint(stage, seen)
        if not stage.when(seen):
            return FinishedStage(stage.name, mark, skipped=True)
        self._progress(stage.name, StageState.STARTED)
        with bind(stage=stage.name), span(f"stage {stage.name}", stage=stage.name) as told:
            log.info("stage started")
            started = time.perf_counter()
            values = _given(stage, await _timed(stage, seen))
            seconds = time.perf_counter() - started
            facts = stage_facts(values)
            told.note(**facts)
            log.info("stage finished", extra={"seconds": round(seconds, 3), **facts})
        return FinishedStage(stage.name, mark, values, seconds=seconds)


def _given(stage: Stage, after: PipelineContext) -> Mapping[ContextKey[Any], Any]:
    """The values a stage gave, in declared order; WiringError if it kept one back or added one."""
    extra = after.keys() - set(stage.needs) - set(stage.gives)
    missing = [key for key in stage.gives if key not in after]
    if extra or missing:
        names = ", ".join(sorted(key.name for key in (*extra, *missing)))
        raise WiringError(f"stage {stage.name} did not give exactly what it declares: {names}")
    return {key: after[key] for key in stage.gives}


async def _timed(stage: Stage, context: PipelineContext) -> PipelineContext:
    try:
        async with asyncio.timeout(stage.timeout_s):
            return await stage.run(context)
    except TimeoutError as error:
        raise StageTimeout(
            f"stage {stage.name} did not finish within {stage.timeout_s:g} s: "
            "raise its timeout in config/models.yaml or run the command again to resume"
        ) from error


async def _cancel(tasks: Iterable[asyncio.Task[FinishedStage]]) -> None:
    every = list(tasks)
    for task in every:
        task.cancel()
    await asyncio.gather(*every, return_exceptions=True)
