"""Events of model calls: exact request and raw answer of every one."""

from __future__ import annotations

from core.events.envelope import Event
from core.schemas.model_call import ModelAnswer, ModelRequest
from core.schemas.research import ResearchAnswer, ResearchRequest


class ModelCallRequested(Event):
    """Committed before the call; a paid call without its answer is visible as such."""

    request_hash: str
    request: ModelRequest


class ModelCallCompleted(Event):
    request_hash: str
    answer: ModelAnswer


class ModelCallFailed(Event):
    """The call gave no usable answer: the error's class name and its one-line message."""

    request_hash: str
    error: str
    message: str


class ResearchRequested(Event):
    request_hash: str
    researcher: str
    request: ResearchRequest


class ResearchCompleted(Event):
    request_hash: str
    answer: ResearchAnswer


class ResearchFailed(Event):
    request_hash: str
    error: str
    message: str
