"""What the bare council was asked: a list of questions, and one with all that was said to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, func, select

from core.clock import from_iso
from core.schemas.conversation import ModelRanking, ModelResponse, RankedModel, Synthesis
from storage.projections.conversations import ConversationRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

TALKS = table_of(ConversationRow)
SHOWN = 200
Names, Labels = TypeAdapter(tuple[str, ...]), TypeAdapter(dict[str, dict[str, str]])
Responses, Rankings = TypeAdapter(tuple[ModelResponse, ...]), TypeAdapter(tuple[ModelRanking, ...])
Ranked = TypeAdapter(tuple[RankedModel, ...])


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """A question as a list shows it: its first signs, and whether it was concluded or failed."""

    conversation_id: str
    question: str
    asked_at: datetime
    concluded: bool
    failed: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """A question with what was said so far; a stage that is not done is empty or None.

    ``labels``: ranker → label → model, as each of them saw the answers.
    """

    conversation_id: str
    question: str
    models: tuple[str, ...]
    chairman: str
    asked_at: datetime
    responses: tuple[ModelResponse, ...]
    rankings: tuple[ModelRanking, ...]
    labels: Mapping[str, Mapping[str, str]]
    aggregate: tuple[RankedModel, ...]
    synthesis: Synthesis | None
    failed: str | None


def conversation_lines(reader: StoreReader, limit: int = 30) -> tuple[ConversationLine, ...]:
    """The newest questions, newest first."""
    clipped = func.substr(TALKS.c.question, 1, SHOWN).label("question")
    columns = (TALKS.c.conversation_id, TALKS.c.asked_at, TALKS.c.failed, clipped)
    concluded = TALKS.c.synthesis.is_not(None).label("concluded")
    newest = select(*columns, concluded).order_by(TALKS.c.position.desc()).limit(limit)
    return tuple(
        ConversationLine(
            conversation_id=row["conversation_id"],
            question=row["question"],
            asked_at=from_iso(row["asked_at"]),
            concluded=bool(row["concluded"]),
            failed=row["failed"] is not None,
        )
        for row in reader.rows(newest)
    )


def conversation(reader: StoreReader, conversation_id: str) -> Conversation | None:
    """One conversation; None where nobody has begun with it."""
    row = reader.first(select(TALKS).where(TALKS.c.conversation_id == conversation_id))
    return None if row is None else _conversation(row)


def _conversation(row: RowMapping) -> Conversation:
    said = row["synthesis"]
    return Conversation(
        conversation_id=row["conversation_id"],
        question=row["question"],
        models=Names.validate_json(row["models"]),
        chairman=row["chairman"],
        asked_at=from_iso(row["asked_at"]),
        responses=Responses.validate_json(row["responses"] or "[]"),
        rankings=Rankings.validate_json(row["rankings"] or "[]"),
        labels=Labels.validate_json(row["labels"] or "{}"),
        aggregate=Ranked.validate_json(row["aggregate"] or "[]"),
        synthesis=None if said is None else Synthesis.model_validate_json(said),
        failed=row["failed"],
    )
