"""Language models and research: what is asked of them, and who hears how far a call is."""

from __future__ import annotations

from typing import Protocol

from core.schemas.model_call import ModelAnswer, ModelRequest
from core.schemas.research import ResearchAnswer, ResearchRequest


class LanguageModel(Protocol):
    """One model call. Any failure raises a ModelError; an empty text is never an answer."""

    async def complete(self, request: ModelRequest) -> ModelAnswer: ...


class Researcher(Protocol):
    """One research pack. Any failure raises a ModelError; "nothing found" is an answer, not a failure."""

    async def research(self, request: ResearchRequest) -> ResearchAnswer: ...


class CallProgress(Protocol):
    """Hears how far a call is; shown to people, never part of history."""

    def __call__(self, call: str, model: str, told: str) -> None:
        """``told`` is a few words: ``about 420 tokens``, ``searching, 6 min``."""
        ...


def unheard(call: str, model: str, told: str) -> None:
    """A `CallProgress` that nobody listens to."""
