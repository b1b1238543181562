"""Questions over the log as people see them: the newest ones, and one with its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orjson import loads
from sqlalchemy import select

from core.clock import from_iso
from core.schemas.question import LogAnswer
from storage.queries.event_filter import EVENTS
from storage.queries.reader import StoreReader

ASKED, ANSWERED, FAILED = "LogQuestionAsked", "LogQuestionAnswered", "StageFailed"


@dataclass(frozen=True, slots=True)
class LogQuestionLine:
    """A question as a list shows it; ``answered`` once it is."""

    conversation_id: str
    question: str
    asked_at: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """``answer`` is None until there is one; ``failed`` says why the newest try gave none."""

    conversation_id: str
    question: str
    model: str
    asked_at: datetime
    answer: LogAnswer | None
    failed: str | None


def log_question_lines(reader: StoreReader, limit: int = 30) -> tuple[LogQuestionLine, ...]:
    """The newest questions, newest first."""
    columns = (EVENTS.c.stream_id, EVENTS.c.payload, EVENTS.c.occurred_at)
    asked = select(*columns).where(EVENTS.c.type == ASKED).order_by(EVENTS.c.position.desc())
    rows = reader.rows(asked.limit(limit))
    streams = [row["stream_id"] for row in rows]
    done = select(EVENTS.c.stream_id).where(
        EVENTS.c.stream_id.in_(streams), EVENTS.c.type.concat("") == ANSWERED
    )
    answered = {row["stream_id"] for row in reader.rows(done)}
    return tuple(
        LogQuestionLine(
            conversation_id=row["stream_id"].partition("/")[2],
            question=loads(row["payload"])["question"],
            asked_at=from_iso(row["occurred_at"]),
            answered=row["stream_id"] in answered,
        )
        for row in rows
    )


def log_question(reader: StoreReader, conversation_id: str) -> LogQuestion | None:
    """One question; None where nobody has begun with it, and for a question to the council."""
    columns = (EVENTS.c.type, EVENTS.c.payload, EVENTS.c.occurred_at)
    own = select(*columns).where(EVENTS.c.stream_id == f"conversation/{conversation_id}")
    found = {row["type"]: row for row in reader.rows(own.order_by(EVENTS.c.version))}
    if ASKED not in found:
        return None
    asked = loads(found[ASKED]["payload"])
    said, failed = found.get(ANSWERED), found.get(FAILED)
    return LogQuestion(
        conversation_id=conversation_id,
        question=asked["question"],
        model=asked["model"],
        asked_at=from_iso(found[ASKED]["occurred_at"]),
        answer=None if said is None else LogAnswer.model_validate(loads(said["payload"])["value"]),
        failed=None if failed is None or said is not None else loads(failed["payload"])["message"],
    )
