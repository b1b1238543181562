"""The bare council on any question: three stages, kept under ``conversation/{id}``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core import keys
from core.clock import from_iso, in_new_york
from core.context import PipelineContext
from core.desk.desk import Desk
from core.desk.journal import RunJournal
from core.desk.questions import members
from core.desk.writing import append_one, conversation_stream, new_event
from core.errors import BadInput
from core.events.conversation import QuestionAsked
from core.job_kinds import LONGEST_QUESTION
from core.pipeline import Progress, silent
from core.pipelines import council
from core.ports import EventStore
from core.schemas.run import RunKind, RunSpec
from core.types import RunId, deterministic_id, week_of


async def ask_council(
    desk: Desk, question: str, progress: Progress = silent, identity: str | None = None
) -> PipelineContext:
    """Ask, rank, conclude; every answer is recorded. BadInput for an empty or an endless question.

    ``identity`` is the conversation's id: one that was begun is gone on with, as of its own instant.
    Without it the question is a new conversation of this moment.
    """
    question = question.strip()
    if not question or len(question) > LONGEST_QUESTION:
        raise BadInput(
            f"a question of {len(question)} characters: ask between 1 and {LONGEST_QUESTION}"
        )
    begun = None if identity is None else _begun_at(desk.store, identity)
    run = conversation(question, begun or desk.clock.now(), identity)
    with desk.lock.hold(str(run.stream)):
        await desk.providers.preflight()
        _record_question(desk, run, question)
        model = desk.providers.for_run(run).model
        given = (
            PipelineContext().bind(keys.USER_QUERY, question).bind(keys.CONVERSATION_ID, run.run_id)
        )
        journal = RunJournal(desk.store, run, run.stream)
        return await council(model, desk.prompts, desk.policy).run(given, journal, progress)


def conversation(question: str, now: datetime, identity: str | None = None) -> RunSpec:
    """The run a question asked at ``now`` is kept under; its id is the conversation's."""
    identity = identity or str(deterministic_id("conversation", question, now.isoformat()))
    return RunSpec(
        run_id=RunId(identity),
        week_id=week_of(in_new_york(now).date()),
        kind=RunKind.CONVERSATION,
        as_of=now,
        seed=identity,
    )


def refuse_others(desk: Desk, models: Sequence[str]) -> None:
    """BadInput when other models sit here than those that were to be asked; none named: whoever does."""
    seated = members(desk.policy)
    if models and tuple(models) != seated:
        raise BadInput(
            f"the question was for {', '.join(models)}, but the council is {', '.join(seated)} now: "
            "ask again"
        )


def _begun_at(store: EventStore, identity: str) -> datetime | None:
    first = next(iter(store.read(conversation_stream(identity))), None)
    return None if first is None else from_iso(first.occurred_at)


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
