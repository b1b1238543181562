"""A closed week told by the chairman's model: one recorded call, beside the scores and after them.

Deliberately after the week's end and outside the lock of the accounts: whatever the model does, the
week is closed, and orders, fills and checkpoints go on. One that fails is recorded and not repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.clock import in_new_york
from core.desk.desk import Desk
from core.desk.postmortem import FINAL, was_written
from core.desk.runs import official_run
from core.desk.summary import last_postmortem
from core.desk.week_record import week_record
from core.desk.writing import append_one, new_event, week_stream
from core.errors import ModelError, SpendingStopped, StructuredError, UnknownPrompt
from core.events.envelope import event_id
from core.events.week import PostmortemTextFailed, PostmortemTextWritten
from core.rules.blinding import scrub
from core.rules.postmortem_scores import WeekRecord
from core.rules.postmortem_warnings import best_counter
from core.schemas.postmortem import (
    Postmortem,
    PostmortemAnswer,
    PostmortemArgument,
    PostmortemBrief,
    PostmortemTold,
)
from core.schemas.run import RunSpec
from core.stages.asking import Asker, Question, shortened
from core.types import WeekId, wednesday, week_of

CALL = "postmortem"


async def tell_if_closed(desk: Desk, at: datetime) -> str | None:
    """The week before in the chairman's words, once it is closed; what was done, None for nothing.

    A chairman that is a rules strategy has no words of its own: the rules' text stands, and says so.
    """
    week_id = week_of(wednesday(week_of(in_new_york(at).date())) - timedelta(days=1))
    run = official_run(desk.store, week_id)
    if run is None or desk.policy.profile.chairman.is_rules or _was_tried(desk, week_id):
        return None
    if not was_written(desk, week_id, FINAL):
        return None
    report = last_postmortem(desk.store, week_id)
    assert report is not None  # the final one was written
    return await _tell(desk, run, report, at)


async def _tell(desk: Desk, run: RunSpec, report: Postmortem, at: datetime) -> str:
    model, week_id = desk.policy.profile.chairman.model, report.week_id
    stream = week_stream(week_id)
    event: PostmortemTextWritten | PostmortemTextFailed
    try:
        answer = await _ask(desk, run, report)
    except UnknownPrompt:  # a replay of a week that was lived before anybody wrote about weeks
        return f"week {week_id}: no recorded text"
    except (ModelError, StructuredError, SpendingStopped) as error:
        reason = shortened(f"{type(error).__name__}: {error}")
        event = PostmortemTextFailed(week_id=week_id, model=model, reason=reason)
        said = f"week {week_id}: no text, {reason}"
    else:
        told = PostmortemTold(**answer.model_dump(), week_id=week_id, model=model)
        event = PostmortemTextWritten(told=told)
        said = f"week {week_id}: told by {model}"
    append_one(desk.store, stream, new_event(stream, event, [week_id], at, week_id=week_id))
    return said


async def _ask(desk: Desk, run: RunSpec, report: Postmortem) -> PostmortemAnswer:
    asker = Asker.of("postmortem", desk.providers.for_run(run).model, desk.prompts, desk.policy)
    question = Question(
        call=CALL,
        model=desk.policy.profile.chairman.model,
        brief=brief_of(desk, report),
        schema=PostmortemAnswer,
    )
    return (await asker.ask(question)).value


def brief_of(desk: Desk, report: Postmortem) -> PostmortemBrief:
    """The scores, and the words they are about with every name scrubbed: accounts stay numbers."""
    days = report.first_session, report.last_session
    record = week_record(desk, report.week_id, days)
    terms = desk.policy.identity_terms()
    rationale = record.decision.rationale if record.decision else "nothing was decided"
    return PostmortemBrief(
        week_id=report.week_id,
        report=report,
        rationale=scrub(rationale, terms).text,
        arguments=tuple(_arguments(record, report, terms)),
    )


def _arguments(
    record: WeekRecord, report: Postmortem, terms: Sequence[str]
) -> list[PostmortemArgument]:
    """The harshest reviewer's words about each pitch."""
    warnings = report.scores.warnings if report.scores else ()
    best = [best_counter(warnings, pitch.account_id) for pitch in record.pitches]
    chosen = {one.review_id for one in best if one is not None}
    return [
        PostmortemArgument(
            pitch_of=review.pitch_account_id,
            by=review.reviewer_account_id,
            argument=scrub(review.best_argument_against, terms).text,
            flip_condition=scrub(review.one_flip_condition, terms).text,
        )
        for review in record.reviews
        if review.review_id in chosen
    ]


def _was_tried(desk: Desk, week_id: WeekId) -> bool:
    stream = week_stream(week_id)
    kinds = (PostmortemTextWritten, PostmortemTextFailed)
    ids = (str(event_id(stream, kind.__name__, week_id)) for kind in kinds)
    return any(desk.store.find(found) is not None for found in ids)
