"""A what-if: a week again from some stage on, under other settings; it never trades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core import keys
from core.canonical import fingerprint
from core.context import PipelineContext
from core.desk.books import RunAccounts
from core.desk.desk import Desk
from core.desk.journal import RunJournal, finished_stages
from core.desk.left_out import without_seats
from core.desk.opening import record_settings
from core.desk.order_route import NoRoute
from core.desk.recorded_halts import RecordedHalts
from core.desk.runs import is_completed, start_event, the_official_run
from core.desk.weekly import WeekRun, complete
from core.errors import BadInput
from core.events.envelope import Append
from core.overrides import excluded, is_exclusion, with_overrides, with_prompts
from core.pipeline import Pipeline, Progress, silent
from core.pipelines import weekly
from core.ports import FinishedStage
from core.schemas.run import RunKind, RunSpec
from core.types import RunId, WeekId, deterministic_id

LAST_STAGE = "order_plan"
"""A what-if ends with the orders it would have placed."""


class WhatIfJournal(RunJournal):
    """A run's journal that begins with its first stage: a what-if refused before that leaves nothing."""

    def __init__(
        self,
        desk: Desk,
        run: RunSpec,
        overrides: Mapping[str, str],
        inherited: Sequence[FinishedStage],
    ) -> None:
        super().__init__(desk.store, run, run.stream, inherited=inherited)
        self._desk = desk
        self._overrides = overrides

    def record(self, finished: FinishedStage) -> None:
        self._begin()
        super().record(finished)

    def record_failure(self, stage: str, error: Exception) -> None:
        self._begin()
        super().record_failure(stage, error)

    def record_stale(self, stages: Sequence[str], reason: str) -> None:
        if self._begun():
            super().record_stale(stages, reason)

    def _begun(self) -> bool:
        return self._desk.store.head(self._run.stream).version > 0

    def _begin(self) -> None:
        if self._begun():
            return
        record_settings(self._desk, self._run.as_of)
        event = start_event(self._desk, self._run, self._run.stream, self._overrides)
        self._desk.store.commit([Append(self._run.stream, [event], 0)])


async def rerun(
    desk: Desk,
    week_id: WeekId,
    from_stage: str,
    overrides: Mapping[str, str],
    progress: Progress = silent,
) -> WeekRun:
    """Run the week's official run again from ``from_stage``; earlier stages are inherited.

    The what-if keeps its parent's instant and seed, so labels and orders of showing stay the same
    and only the overrides differ. Asking for the same what-if again resumes it or changes nothing.
    """
    parent = the_official_run(desk.store, week_id)
    prompts = with_prompts(desk.prompts, overrides)
    changed = desk.under(with_overrides(desk.policy, overrides), prompts)
    run = _child(parent, changed, from_stage, overrides)
    with desk.lock.hold(f"run/{run.run_id}"):
        pipeline = _pipeline(changed, parent, run)
        inherited = _inherited(changed, parent, pipeline, from_stage)
        inherited = _without_excluded(desk, (parent, run), overrides, pipeline, inherited)
        journal = WhatIfJournal(changed, run, overrides, inherited)
        before = tuple(done.stage for done in journal.finished())
        if len(before) < len(pipeline.stages):
            await changed.providers.preflight()
        started = PipelineContext().bind(keys.RUN, run)
        context = await pipeline.run(started, journal, progress)
        if not is_completed(desk.store, run):
            complete(changed, run)
    ran = tuple(stage.name for stage in pipeline.stages if stage.name not in before)
    return WeekRun(run, context, ran, before, completed=True)


def _child(parent: RunSpec, desk: Desk, from_stage: str, overrides: Mapping[str, str]) -> RunSpec:
    what = ("rerun", parent.run_id, from_stage, fingerprint(dict(overrides)))
    return RunSpec(
        run_id=RunId(str(deterministic_id(*what, desk.policy.fingerprint()))),
        week_id=parent.week_id,
        kind=RunKind.WHAT_IF,
        as_of=parent.as_of,
        seed=parent.seed,
        parent_run_id=parent.run_id,
        from_stage=from_stage,
    )


def _pipeline(desk: Desk, parent: RunSpec, run: RunSpec) -> Pipeline:
    ports = desk.providers.for_run(run)
    return weekly(
        policy=desk.policy,
        prompts=desk.prompts,
        model=ports.model,
        researchers=ports.researchers,
        market=ports.market,
        recall=ports.recall,
        accounts=RunAccounts(
            lambda account: desk.books.before_week(account, run.week_id),
            RecordedHalts(desk.store, parent),
        ),
        route=NoRoute(),
    ).until(LAST_STAGE)


def _inherited(
    desk: Desk, parent: RunSpec, pipeline: Pipeline, from_stage: str
) -> Sequence[FinishedStage]:
    """The parent's stages before ``from_stage``; BadInput when one of them never finished."""
    names = [stage.name for stage in pipeline.stages]
    if from_stage not in names:
        raise BadInput(f"--from {from_stage} is no stage: use one of {', '.join(names)}")
    wanted = names[: names.index(from_stage)]
    done = {item.stage: item for item in finished_stages(desk.store, parent.stream, parent)}
    missing = [name for name in wanted if name not in done]
    if missing:
        raise BadInput(
            f"stage {missing[0]} of week {parent.week_id} never finished: "
            f"run it first, or `rerun --from {missing[0]}`"
        )
    return [done[name] for name in wanted]


def _without_excluded(
    desk: Desk,
    runs: tuple[RunSpec, RunSpec],
    overrides: Mapping[str, str],
    pipeline: Pipeline,
    inherited: Sequence[FinishedStage],
) -> Sequence[FinishedStage]:
    """The inherited stages as they are without the seats left out; ``runs`` are parent and what-if."""
    out = excluded(desk.policy, overrides)
    if not out:
        return inherited
    others = {key: value for key, value in overrides.items() if not is_exclusion(key)}
    policy = with_overrides(desk.policy, others)
    whole = _pipeline(desk.under(policy, with_prompts(desk.prompts, others)), *runs)
    return list(without_seats(out, inherited, whole, pipeline, runs[1]))
