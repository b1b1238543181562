"""Conversations of the bare council: each question with what its three stages came to."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from storage.projections.writing import Handler, Rows, TableProjection, as_text


class ConversationRow(SQLModel, table=True):
    """A question and its answers so far; a stage that is not done is None.

    ``models`` and the four values of stages are JSON, in the field names of `core.schemas.conversation`;
    ``labels`` maps ranker → label → model. ``failed`` says why the stage tried last gave nothing.
    """

    __tablename__ = "conversations"

    conversation_id: str = Field(sa_column=Column(Text, primary_key=True))
    question: str = Field(sa_type=Text)
    models: str = Field(sa_type=Text)
    chairman: str = Field(sa_type=Text)
    asked_at: str = Field(sa_type=Text)
    position: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    responses: str | None = Field(default=None, sa_type=Text)
    rankings: str | None = Field(default=None, sa_type=Text)
    labels: str | None = Field(default=None, sa_type=Text)
    aggregate: str | None = Field(default=None, sa_type=Text)
    synthesis: str | None = Field(default=None, sa_type=Text)
    failed: str | None = Field(default=None, sa_type=Text)


def _asked(rows: Rows, event: StoredEvent) -> None:
    payload = event.payload
    rows.put(
        ConversationRow,
        {
            "conversation_id": payload["conversation_id"],
            "question": payload["question"],
            "models": as_text(payload["models"]),
            "chairman": payload["chairman"],
            "asked_at": event.occurred_at,
            "position": event.position,
        },
    )


def _value(column: str) -> Handler:
    """A handler that puts a stage's value in its column; what failed before it is over then."""

    def bound(rows: Rows, event: StoredEvent) -> None:
        key = {"conversation_id": event.payload["run_id"]}
        rows.change(ConversationRow, key, {column: as_text(event.payload["value"]), "failed": None})

    return bound


def _failed(rows: Rows, event: StoredEvent) -> None:
    """A stage of any run; of those of a conversation the id is the conversation's."""
    key = {"conversation_id": event.payload["run_id"]}
    rows.change(ConversationRow, key, {"failed": event.payload["message"]})


CONVERSATIONS = TableProjection(
    "conversations",
    (ConversationRow,),
    {
        "QuestionAsked": _asked,
        "ResponsesCollected": _value("responses"),
        "RankingsCollected": _value("rankings"),
        "ResponseLabelsAssigned": _value("labels"),
        "RankingsAggregated": _value("aggregate"),
        "FinalSynthesized": _value("synthesis"),
        "StageFailed": _failed,
    },
)
