"""The bare council on any question: three stages, kept under ``conversation/{id}``."""

from __future__ import annotations

from datetime import datetime

from core import keys
from core.clock import in_new_york
from core.context import PipelineContext
from core.desk.desk import Desk
from core.desk.journal import RunJournal
from core.desk.writing import append_one, new_event
from core.errors import BadInput
from core.events.conversation import QuestionAsked
from core.pipeline import Progress, silent
from core.pipelines import council
from core.schemas.run import RunKind, RunSpec
from core.types import RunId, deterministic_id, week_of

LONGEST_QUESTION = 20_000


async def ask_council(desk: Desk, question: str, progress: Progress = silent) -> PipelineContext:
    """Ask, rank, conclude; every answer is recorded. BadInput for an empty or an endless question."""
    question = question.strip()
    if not question or len(question) > LONGEST_QUESTION:
        raise BadInput(
            f"a question of {len(question)} characters: ask between 1 and {LONGEST_QUESTION}"
        )
    now = desk.clock.now()
    run = conversation(question, now)
    with desk.lock.hold(str(run.stream)):
        await desk.providers.preflight()
        _record_question(desk, run, question)
        model = desk.providers.for_run(run).model
        given = (
            PipelineContext().bind(keys.USER_QUERY, question).bind(keys.CONVERSATION_ID, run.run_id)
        )
        journal = RunJournal(desk.store, run, run.stream)
        return await council(model, desk.prompts, desk.policy).run(given, journal, progress)


def conversation(question: str, now: datetime) -> RunSpec:
    """The run a question asked at ``now`` is kept under; its id is the conversation's."""
    identity = str(deterministic_id("conversation", question, now.isoformat()))
    return RunSpec(
        run_id=RunId(identity),
        week_id=week_of(in_new_york(now).date()),
        kind=RunKind.CONVERSATION,
        as_of=now,
        seed=identity,
    )


def _record_question(desk: Desk, run: RunSpec, question: str) -> None:
    profile = desk.policy.profile
    asked = QuestionAsked(
        conversation_id=run.run_id,
        question=question,
        models=tuple(seat.model for seat in profile.seats),
        chairman=profile.chairman.model,
    )
    new = new_event(run.stream, asked, [run.run_id], run.as_of, run_id=run.run_id)
    append_one(desk.store, run.stream, new)
