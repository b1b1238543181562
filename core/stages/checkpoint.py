"""The checkpoint: every account decides from what was frozen, by rules or by its own model."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from core.context import PipelineContext
from core.errors import BudgetExceeded, CouncilError, ModelError, StructuredError, UnknownPrompt
from core.keys import CHECKPOINT_RESULT, CHECKPOINT_SEATS, RUN
from core.policy import CheckpointPolicy
from core.rules.checkpoints import Verdict, decide_by_rules, resolve
from core.schemas.briefs import CheckpointAnswer, CheckpointBrief
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.run import RunSpec
from core.schemas.seat_checkpoint import SeatCheckpoint
from core.stage import BaseStage
from core.stages.asking import Asker, Question, shortened
from core.types import CheckpointAction, deterministic_id


class CheckpointEngine(Protocol):
    """What answers a brief; it has no port through which research could be reached."""

    @property
    def name(self) -> str: ...

    async def answer(
        self, call: str, seat: SeatCheckpoint, brief: CheckpointBrief
    ) -> CheckpointAnswer: ...


class RulesEngine:
    """Deterministic rules; no model is called."""

    name = "rules"

    def __init__(self, policy: CheckpointPolicy) -> None:
        self._policy = policy

    async def answer(
        self, call: str, seat: SeatCheckpoint, brief: CheckpointBrief
    ) -> CheckpointAnswer:
        return decide_by_rules(brief, self._policy)


class ModelEngine:
    """The account's own model, which gets the brief and nothing else."""

    name = "model"

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def answer(
        self, call: str, seat: SeatCheckpoint, brief: CheckpointBrief
    ) -> CheckpointAnswer:
        question = Question(call=call, model=seat.model, brief=brief, schema=CheckpointAnswer)
        return (await self._asker.ask(question)).value


class CheckpointStage(BaseStage):
    """Needs the seats as the slot found them; gives one decision a seat, in their order.

    ``at`` is the slot's instant, ``time`` its New York wall time (``12:00``).
    """

    name = "checkpoint"
    needs = (RUN, CHECKPOINT_SEATS)
    gives = (CHECKPOINT_RESULT,)

    def __init__(self, engine: CheckpointEngine, at: datetime, time: str) -> None:
        self._engine = engine
        self._at = at
        self._time = time

    def depends_on(self) -> JsonValue:
        return {"engine": self._engine.name, "at": self._at.isoformat()}

    async def run(self, context: PipelineContext) -> PipelineContext:
        run, seats = context[RUN], context[CHECKPOINT_SEATS]
        decisions = await asyncio.gather(*(self._decide(run, seat) for seat in seats))
        return context.bind(CHECKPOINT_RESULT, tuple(decisions))

    async def _decide(self, run: RunSpec, seat: SeatCheckpoint) -> CheckpointDecision:
        if seat.brief is None:
            return self._decision(run, seat, _idle(seat))
        call = f"checkpoint/{self._at:%Y-%m-%d}/{self._time}/{seat.account_id}"
        try:
            answer = await self._engine.answer(call, seat, seat.brief)
        except UnknownPrompt:
            raise
        except (BudgetExceeded, ModelError, StructuredError) as error:
            return self._decision(run, seat, _failed(seat, error))
        verdict = _resolved(seat, seat.brief, answer)
        return self._decision(run, seat, verdict)

    def _decision(self, run: RunSpec, seat: SeatCheckpoint, verdict: Verdict) -> CheckpointDecision:
        brief = seat.brief
        return CheckpointDecision(
            checkpoint_id=checkpoint_id(run, seat, self._at),
            week_id=run.week_id,
            time=self._time,
            account_id=seat.account_id,
            conviction_before=seat.conviction,
            conviction_after=verdict.conviction_after,
            action=verdict.action,
            reason_delta=verdict.reason,
            rule=verdict.rule,
            indicators_snapshot=brief.indicators if brief else (),
            price=brief.price if brief else None,
            pnl=brief.pnl if brief else None,
            return_since_entry=brief.return_since_entry if brief else None,
            panic=verdict.panic,
            invalidated=verdict.invalidated,
            engine=self._engine.name,
            timestamp=self._at,
            halts=seat.halts,
        )


def _resolved(seat: SeatCheckpoint, brief: CheckpointBrief, answer: CheckpointAnswer) -> Verdict:
    return resolve(
        brief,
        answer,
        flips_used=seat.flips_used,
        shortable=seat.shortable,
        halted=bool(seat.halts),
    )


def checkpoint_id(run: RunSpec, seat: SeatCheckpoint, at: datetime) -> str:
    return str(deterministic_id("checkpoint", run.week_id, seat.account_id, at.isoformat()))


def _idle(seat: SeatCheckpoint) -> Verdict:
    """Nothing to judge: recorded as such."""
    return _stay(seat, seat.idle_because or "no_position", "nothing to decide")


def _failed(seat: SeatCheckpoint, error: CouncilError) -> Verdict:
    """A model that gave no usable answer changes nothing, and everybody can see that it failed.

    So does one that the week's budget no longer allows: a position is looked after all the same.
    Invalidations that code can check still fire: they do not depend on an answer.
    """
    brief = seat.brief
    assert brief is not None  # only a seat with a brief is asked
    silent = CheckpointAnswer(
        conviction=brief.conviction,
        action=CheckpointAction.STAY,
        reason=shortened(f"{type(error).__name__}: {error}"),
    )
    verdict = _resolved(seat, brief, silent)
    if verdict.invalidated:
        return verdict
    return _stay(seat, "engine_failed", silent.reason)


def _stay(seat: SeatCheckpoint, rule: str, reason: str) -> Verdict:
    return Verdict(
        action=CheckpointAction.STAY,
        conviction_after=seat.conviction,
        rule=rule,
        panic=False,
        invalidated=False,
        reason=reason,
    )
