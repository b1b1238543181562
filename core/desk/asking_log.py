"""A question over the log, answered and kept under ``conversation/{id}``."""

from __future__ import annotations

from datetime import datetime

from core import keys
from core.clock import from_iso, in_new_york
from core.context import PipelineContext
from core.desk.conversation import conversation
from core.desk.desk import Desk
from core.desk.journal import RunJournal
from core.desk.log_questions import refused_unless_short
from core.desk.writing import append_one, conversation_stream, new_event
from core.errors import BadInput, PreflightFailed
from core.events.conversation import LogQuestionAsked
from core.pipeline import Progress, silent
from core.pipelines import log_question
from core.ports import EventStore
from core.schemas.question import LogAnswer
from core.schemas.run import RunSpec
from core.stages.log_question import Answerer


async def ask_log(
    desk: Desk, question: str, progress: Progress = silent, identity: str | None = None
) -> tuple[str, LogAnswer]:
    """The conversation's id and the answer; every call of a model is recorded under it.

    ``identity`` goes on with a question that was begun, as of its own instant. BadInput for an
    empty or an endless question, and for a desk whose log cannot be asked.
    """
    question = refused_unless_short(question)
    tools = desk.log
    if tools is None:
        raise BadInput("this desk's log cannot be asked: open the store it is kept in")
    begun = None if identity is None else _begun_at(desk.store, identity)
    run = conversation(question, begun or desk.clock.now(), identity)
    with desk.lock.hold(str(run.stream)):
        answerer = await _answerer(desk, run)
        _record(desk, run, question, answerer.name)
        pipeline = log_question(answerer, tools, in_new_york(run.as_of).date())
        given = (
            PipelineContext().bind(keys.USER_QUERY, question).bind(keys.CONVERSATION_ID, run.run_id)
        )
        context = await pipeline.run(given, RunJournal(desk.store, run, run.stream), progress)
    return str(run.run_id), context[keys.LOG_ANSWER]


async def _answerer(desk: Desk, run: RunSpec) -> Answerer:
    """The chairman's model; the search where it may not be paid or has no key."""
    unable = ""
    if not desk.policy.profile.chairman.is_rules:
        try:
            await desk.providers.preflight()
        except PreflightFailed as error:
            unable = str(error)
    model = desk.providers.for_run(run).model
    return Answerer.of(model, desk.prompts, desk.policy, unable)


def _record(desk: Desk, run: RunSpec, question: str, model: str) -> None:
    """The question once: a question that is gone on with was to be answered by whom it names."""
    if desk.store.head(run.stream).version:
        return
    asked = LogQuestionAsked(conversation_id=run.run_id, question=question, model=model)
    new = new_event(run.stream, asked, [run.run_id], run.as_of, run_id=run.run_id)
    append_one(desk.store, run.stream, new)


def _begun_at(store: EventStore, identity: str) -> datetime | None:
    first = next(iter(store.read(conversation_stream(identity))), None)
    return None if first is None else from_iso(first.occurred_at)
