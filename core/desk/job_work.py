"""What each kind of job does: the use case the command line calls for the same words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from types import MappingProxyType

from core.clock import at_new_york, in_new_york
from core.commands import RunJob
from core.desk import slot_log
from core.desk.asking_log import ask_log
from core.desk.conversation import ask_council, refuse_others
from core.desk.cycles import CycleRequest, run_cycle
from core.desk.desk import Desk
from core.desk.dispatch import run_slot
from core.desk.job_check import refuse_unscheduled
from core.desk.job_reporter import JobReporter
from core.desk.job_state import WAITING
from core.desk.job_tools import Done, JobTools, Tell
from core.desk.past_slots import checkpoint_slots, run_past_slots
from core.desk.past_week import is_past, settle_first_session, start_of
from core.desk.postmortem import FINAL, PROVISIONAL, was_written, write_provisional
from core.desk.rerun import rerun
from core.desk.runs import the_official_run
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job, Slot, session_slots, week_session
from core.desk.strategy_jobs import discover_now, measure_now
from core.desk.strategy_switch import refuse_while_off
from core.desk.weekly import LAST_STAGE, WeekRun, run_week
from core.errors import BadInput
from core.job_kinds import CYCLE_STAGES, LOOKED_UP, PLANNED, STAGES, TALK, JobKind
from core.keys import STAGE1_RESULTS, STAGE3_RESULT
from core.schemas.cycle import CycleTrigger
from core.strategy import EQUITY
from core.types import WeekId, wednesday


def stages_of(command: RunJob) -> tuple[str, ...]:
    """The stages before the end of this job, as far as can be known; none for work without stages."""
    stages: tuple[str, ...] = ()
    match command.kind:
        case JobKind.WEEKLY:
            stages = STAGES
        case JobKind.STAGE:
            stages = STAGES[: STAGES.index(command.stage or LAST_STAGE) + 1]
        case JobKind.RERUN:
            stages = PLANNED
        case JobKind.COUNCIL:
            stages = TALK
        case JobKind.ASK:
            stages = LOOKED_UP
        case JobKind.CYCLE:
            stages = CYCLE_STAGES if command.execute else CYCLE_STAGES[:-1]
    return stages


@dataclass(frozen=True, slots=True)
class JobWork:
    """One command on a desk; any CouncilError of the use case passes through."""

    desk: Desk
    tools: JobTools
    reporter: JobReporter
    command: RunJob

    async def do(self) -> Done:
        """Do it, or what is left of it."""
        return await _WORK[self.command.kind](self)

    async def weekly(self) -> Done:
        """A week that is over is lived as of its own Wednesday, where that can be."""
        desk, week = self.desk, self._week
        past = is_past(week, desk.clock.now())
        if past:
            desk = self.tools.desk_at(start_of(desk.policy.schedule, desk.calendar, week))
        done = await run_week(desk, week, self.reporter.stage, self.command.stage or LAST_STAGE)
        if past and done.completed:
            settle_first_session(desk, week)
        return _ran(done)

    async def rerun(self) -> Done:
        stage, overrides = self.command.stage, dict(self.command.overrides)
        assert stage is not None  # a rerun needs one
        return _ran(await rerun(self.desk, self._week, stage, overrides, self.reporter.stage))

    async def checkpoint(self) -> Done:
        desk, session, wall = self.desk, self.command.session, self.command.time
        assert session is not None  # a checkpoint needs both
        assert wall is not None
        refuse_unscheduled(self.command, desk.policy.schedule)
        at, now = at_new_york(session, time.fromisoformat(wall)), desk.clock.now()
        if at > now:
            raise BadInput(f"checkpoint {wall} of {session} has not come yet")
        if session < in_new_york(now).date():
            desk = self.tools.desk_at(at_new_york(session, desk.policy.schedule.checkpoints[0]))
        [(slot, _)] = await run_past_slots(desk, checkpoint_slots(desk, session, {wall}))
        return _of_slot(desk, slot)

    async def postmortem(self) -> Done:
        """The provisional one, once its hour has come; the final one follows the exit fills itself."""
        desk, week = self.desk, self._week
        the_official_run(desk.store, week)
        slot = _postmortem_slot(desk, week)
        if slot.at > desk.clock.now():
            due = f"{in_new_york(slot.at):%Y-%m-%d %H:%M}"
            raise BadInput(f"week {week} is not over: its postmortem is due {due} New York")
        await run_slot(desk, slot)
        if not was_written(desk, week, PROVISIONAL):
            async with desk.trading:  # its slot failed, or was missed
                write_provisional(desk, week, slot.at)
        status = FINAL if was_written(desk, week, FINAL) else PROVISIONAL
        return Done(f"week {week}: {status}", {"status": status})

    async def replay(self) -> Done:
        the_official_run(self.desk.store, self._week)
        return await self._in_a_thread(self.tools.replay)

    async def simulate(self) -> Done:
        end, today = self.command.end, in_new_york(self.desk.clock.now()).date()
        if end is not None and end > today:
            raise BadInput(f"the end {end} is in the future: prices end {today}")
        return await self._in_a_thread(self.tools.simulate)

    async def rebuild(self) -> Done:
        return await self._in_a_thread(self.tools.rebuild)

    async def export(self) -> Done:
        the_official_run(self.desk.store, self._week)
        return await self._in_a_thread(self.tools.export)

    async def council(self) -> Done:
        """A question, under the id it was asked under: what was answered before it stopped stands."""
        desk, command, asked = self.desk, self.command, self.command.conversation_id
        assert command.question is not None  # a question needs one
        refuse_others(desk, command.models)
        context = await ask_council(desk, command.question, self.reporter.stage, asked)
        answers, chairman = context[STAGE1_RESULTS], context[STAGE3_RESULT].model
        given = sum(not one.failed for one in answers)
        words = f"{given} of {len(answers)} answered, {chairman} concluded"
        return Done(words, {"conversation_id": asked, "answers": given, "chairman": chairman})

    async def cycle(self) -> Done:
        """A manual cycle under this request's name; to execute, its strategy must be on."""
        desk, execute = self.desk, bool(self.command.execute)
        strategy = desk.strategy(EQUITY)
        if execute:
            refuse_while_off(desk.store, strategy.spec)
        asked = CycleRequest(
            self.reporter.identity, CycleTrigger.MANUAL, self.command.symbols, execute=execute
        )
        ran = await run_cycle(desk, strategy, asked, self.reporter.stage)
        cycle_id = ran.cycle.run.run_id
        return Done(ran.outcome, {"cycle_id": cycle_id, "orders": ran.orders, "executed": execute})

    async def ask(self) -> Done:
        """A question over the log, under the id it was asked under."""
        command = self.command
        assert command.question is not None  # a question needs one
        asked = command.conversation_id
        _, said = await ask_log(self.desk, command.question, self.reporter.stage, asked)
        words = f"{said.by} answered, {len(said.cites)} events cited"
        return Done(words, {"conversation_id": asked, "by": said.by, "cites": len(said.cites)})

    async def discovery(self) -> Done:
        """A round of this moment under this request's name."""
        return await discover_now(self.desk, self.desk.strategy(EQUITY), self.reporter.identity)

    async def measure(self) -> Done:
        return await measure_now(self.desk, self.desk.strategy(EQUITY))

    async def _in_a_thread(self, work: Callable[[RunJob, Tell], Done]) -> Done:
        return await asyncio.to_thread(work, self.command, self.reporter.tell)

    @property
    def _week(self) -> WeekId:
        assert self.command.week_id is not None  # the kinds that ask need one
        return self.command.week_id


_WORK: Mapping[JobKind, Callable[[JobWork], Awaitable[Done]]] = MappingProxyType(
    {
        JobKind.WEEKLY: JobWork.weekly,
        JobKind.STAGE: JobWork.weekly,
        JobKind.RERUN: JobWork.rerun,
        JobKind.CHECKPOINT: JobWork.checkpoint,
        JobKind.POSTMORTEM: JobWork.postmortem,
        JobKind.REPLAY: JobWork.replay,
        JobKind.SIMULATE: JobWork.simulate,
        JobKind.REBUILD: JobWork.rebuild,
        JobKind.EXPORT: JobWork.export,
        JobKind.COUNCIL: JobWork.council,
        JobKind.CYCLE: JobWork.cycle,
        JobKind.ASK: JobWork.ask,
        JobKind.DISCOVERY: JobWork.discovery,
        JobKind.MEASURE: JobWork.measure,
    }
)


def _ran(done: WeekRun) -> Done:
    words = f"{len(done.ran)} stages run" if done.ran else "all of it was done already"
    waits = f"; it waits for {done.waiting}" if done.waiting else ""
    return Done(
        f"run {done.run.run_id}: {words}{waits}",
        {
            "run_id": done.run.run_id,
            "ran": list(done.ran),
            "resumed": list(done.resumed),
            "completed": done.completed,
            WAITING: done.waiting,
        },
    )


def _postmortem_slot(desk: Desk, week: WeekId) -> Slot:
    """The slot that writes this week's postmortem, in the first session of the week after."""
    after = WeekId((wednesday(week) + timedelta(days=7)).isoformat())
    session = week_session(desk.calendar, after)
    slots = session_slots(desk.policy.schedule, desk.calendar, session)
    return next(slot for slot in slots if slot.job is Job.POSTMORTEM)


def _of_slot(desk: Desk, slot: Slot) -> Done:
    """How the slot ended, now or when it was run before."""
    ended = slot_log.finished(desk.store, slot)
    assert ended is not None  # run_slot wrote it
    ok = ended.outcome == SlotOutcome.DONE
    return Done(f"{slot.key}: {ended.detail or ended.outcome}", {"slot": slot.key}, ok)
