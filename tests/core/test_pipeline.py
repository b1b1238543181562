"""The pipeline: wiring before work, independent stages at once, resume instead of repeat."""

from __future__ import annotations

import asyncio

import pytest

from core.context import ContextKey, PipelineContext
from core.errors import (
    AlreadyBound,
    MissingKey,
    ModelTimeout,
    StageFailed,
    StageTimeout,
    WiringError,
)
from core.pipeline import Pipeline, StageState, StaleRun
from tests.fakes.journal import FunctionStage, MemoryJournal

START = ContextKey[str]("START")
LEFT = ContextKey[str]("LEFT")
RIGHT = ContextKey[str]("RIGHT")
END = ContextKey[str]("END")
STARTED = PipelineContext().bind(START, "go")


def run(*stages, journal=None, context=STARTED, progress=lambda *_: None):
    pipeline = Pipeline(stages, context.keys())
    return asyncio.run(pipeline.run(context, journal or MemoryJournal(), progress))


def diamond(**left):
    return (
        FunctionStage("left", (START,), (LEFT,), **left),
        FunctionStage("right", (START,), (RIGHT,)),
        FunctionStage("end", (LEFT, RIGHT), (END,)),
    )


def test_a_context_value_is_written_once():
    with pytest.raises(AlreadyBound, match="START is bound already"):
        STARTED.bind(START, "again")


def test_binding_returns_a_new_context_and_leaves_the_old_one_alone():
    after = STARTED.bind(LEFT, "l")
    assert LEFT not in STARTED
    assert after[LEFT] == "l"


def test_reading_an_unbound_key_names_it():
    with pytest.raises(MissingKey, match="END"):
        STARTED[END]


def test_a_missing_input_is_named_before_anything_runs():
    stage = FunctionStage("late", (LEFT,), (END,))
    with pytest.raises(WiringError, match="stage late needs LEFT"):
        Pipeline([stage], [START])
    assert stage.runs == 0


def test_stages_in_the_wrong_order_do_not_build():
    left, right, end = diamond()
    with pytest.raises(WiringError, match="stage end needs RIGHT"):
        Pipeline([left, end, right], [START])


def test_two_stages_may_not_give_the_same_key():
    twins = [FunctionStage(name, (START,), (LEFT,)) for name in ("one", "two")]
    with pytest.raises(WiringError, match="stage two gives LEFT"):
        Pipeline(twins, [START])


def test_a_stage_may_not_give_what_the_run_was_given():
    with pytest.raises(WiringError, match="gives START"):
        Pipeline([FunctionStage("one", (), (START,))], [START])


def test_a_stage_name_stands_once():
    twins = [FunctionStage("one", (), (key,)) for key in (LEFT, RIGHT)]
    with pytest.raises(WiringError, match="stage one stands twice"):
        Pipeline(twins, [])


def test_a_stage_sees_only_what_it_declares():
    seen = {}

    async def look(context):
        seen.update(keys=context.keys())
        return {END: "e"}

    context = STARTED.bind(LEFT, "l").bind(RIGHT, "r")
    run(FunctionStage("end", (LEFT,), (END,), look), context=context)
    assert seen["keys"] == {LEFT}


@pytest.mark.parametrize("made", [{}, {LEFT: "l", RIGHT: "r"}], ids=["kept back", "added"])
def test_a_stage_gives_exactly_what_it_declares(made):
    async def work(_):
        return made

    with pytest.raises(WiringError, match="stage left"):
        run(FunctionStage("left", (START,), (LEFT,), work))


def test_stages_that_do_not_depend_on_each_other_run_at_the_same_time():
    both = asyncio.Barrier(2)

    def meets(key):
        async def work(_):
            async with asyncio.timeout(5):
                await both.wait()
            return {key: "met"}

        return work

    after = run(
        FunctionStage("left", (START,), (LEFT,), meets(LEFT)),
        FunctionStage("right", (START,), (RIGHT,), meets(RIGHT)),
    )
    assert (after[LEFT], after[RIGHT]) == ("met", "met")


def test_stages_are_committed_in_declared_order_whichever_ends_first():
    gate = asyncio.Event()

    async def slow(_):
        await gate.wait()
        return {LEFT: "slow"}

    async def quick(_):
        gate.set()
        return {RIGHT: "quick"}

    journal = MemoryJournal()
    run(
        FunctionStage("left", (START,), (LEFT,), slow),
        FunctionStage("right", (START,), (RIGHT,), quick),
        journal=journal,
    )
    assert journal.names == ["left", "right"]


def test_a_stage_whose_condition_is_false_is_skipped_and_so_is_what_needs_it():
    journal = MemoryJournal()
    left, right, end = diamond(when=lambda context: context[START] != "go")
    after = run(left, right, end, journal=journal)
    assert [stage.skipped for stage in journal.stages] == [True, False, True]
    assert (left.runs, right.runs, end.runs) == (0, 1, 0)
    assert after.keys() == {START, RIGHT}


def test_a_skipped_stage_stays_skipped_when_the_run_is_resumed():
    journal = MemoryJournal()
    run(*diamond(when=lambda _: False), journal=journal)
    again = diamond(when=lambda _: False)
    run(*again, journal=journal)
    assert [stage.runs for stage in again] == [0, 0, 0]


def test_a_stage_that_takes_too_long_fails_by_name():
    async def hang(_):
        await asyncio.Event().wait()

    journal = MemoryJournal()
    with pytest.raises(StageTimeout, match="stage left did not finish within"):
        run(*diamond(work=hang, timeout_s=0.01), journal=journal)
    assert [stage for stage, _ in journal.failures] == ["left"]


def test_a_failure_is_recorded_and_raised_and_nothing_after_it_is_committed():
    async def fail(_):
        raise ModelTimeout("model m did not answer")

    journal = MemoryJournal()
    with pytest.raises(ModelTimeout):
        run(*diamond(work=fail), journal=journal)
    assert [(stage, str(error)) for stage, error in journal.failures] == [
        ("left", "model m did not answer")
    ]
    assert journal.names == []


def test_a_failing_run_leaves_no_stage_running_behind_it():
    ended = []

    async def fail(_):
        await asyncio.sleep(0)
        raise ModelTimeout("no answer")

    async def watch(_):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("right")

    with pytest.raises(ModelTimeout):
        run(
            FunctionStage("left", (START,), (LEFT,), fail),
            FunctionStage("right", (START,), (RIGHT,), watch),
        )
    assert ended == ["right"]


def test_a_run_resumes_after_what_it_finished():
    async def fail(_):
        raise ModelTimeout("no answer")

    journal = MemoryJournal()
    left, right, _ = diamond()
    with pytest.raises(ModelTimeout):
        run(left, right, FunctionStage("end", (LEFT, RIGHT), (END,), fail), journal=journal)
    again = diamond()
    after = run(*again, journal=journal)
    assert [stage.runs for stage in again] == [0, 0, 1]
    assert after[END] == "end"
    assert journal.names == ["left", "right", "end"]


def test_a_finished_run_is_read_not_run():
    journal = MemoryJournal()
    first = run(*diamond(), journal=journal)
    again = diamond()
    second = run(*again, journal=journal)
    assert [stage.runs for stage in again] == [0, 0, 0]
    assert {key.name: second[key] for key in sorted(second.keys(), key=repr)} == {
        key.name: first[key] for key in sorted(first.keys(), key=repr)
    }


def test_a_stage_finished_under_other_settings_is_stale_and_resume_says_so():
    journal = MemoryJournal()
    run(*diamond(settings={"model": "old"}), journal=journal)
    with pytest.raises(StaleRun, match="stage left was completed under other settings") as caught:
        run(*diamond(settings={"model": "new"}), journal=journal)
    assert caught.value.stages == ("left",)
    assert journal.stale == [("left",)]
    assert isinstance(caught.value, StageFailed)


def test_a_stage_finished_on_other_inputs_is_stale():
    journal = MemoryJournal()
    run(*diamond(), journal=journal)
    with pytest.raises(StaleRun) as caught:
        run(*diamond(), journal=journal, context=PipelineContext().bind(START, "other"))
    assert caught.value.stages == ("left", "right")


def test_progress_is_reported_for_every_stage():
    seen = []
    journal = MemoryJournal()
    left, right, end = diamond()
    run(left, journal=journal)
    run(left, right, end, journal=journal, progress=lambda name, state: seen.append((name, state)))
    assert seen == [
        ("left", StageState.RESUMED),
        ("right", StageState.STARTED),
        ("right", StageState.COMPLETED),
        ("end", StageState.STARTED),
        ("end", StageState.COMPLETED),
    ]


def test_a_pipeline_can_be_cut_off_after_a_stage():
    pipeline = Pipeline(diamond(), [START]).until("right")
    assert [stage.name for stage in pipeline.stages] == ["left", "right"]
    with pytest.raises(WiringError, match="no stage 'lunch': the stages are left, right, end"):
        Pipeline(diamond(), [START]).until("lunch")
