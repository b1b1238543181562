"""Events of the bare council: a question and the values of its three stages."""

from __future__ import annotations

from collections.abc import Mapping

from core.events.envelope import Event
from core.events.week import ValueBound
from core.schemas.conversation import ModelRanking, ModelResponse, RankedModel, Synthesis
from core.schemas.question import LogAnswer


class QuestionAsked(Event):
    conversation_id: str
    question: str
    models: tuple[str, ...]
    chairman: str


class ResponsesCollected(ValueBound):
    value: tuple[ModelResponse, ...]


class RankingsCollected(ValueBound):
    value: tuple[ModelRanking, ...]


class ResponseLabelsAssigned(ValueBound):
    """ranker → label → model."""

    value: Mapping[str, Mapping[str, str]]


class RankingsAggregated(ValueBound):
    value: tuple[RankedModel, ...]


class FinalSynthesized(ValueBound):
    value: Synthesis


class LogQuestionAsked(Event):
    """A question over the log; ``model`` is to answer it, ``rules/search`` where none can."""

    conversation_id: str
    question: str
    model: str


class LogQuestionAnswered(ValueBound):
    value: LogAnswer
