"""A question somebody asked, with its job and its use, and the questions asked before."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from storage.queries import JobLine
from storage.queries.usage import Use


class Said(Protocol):
    """What is on record of a question once somebody works on it."""

    @property
    def conversation_id(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def asked_at(self) -> datetime: ...
    @property
    def failed(self) -> str | None: ...


S = TypeVar("S", bound=Said)


@dataclass(frozen=True, slots=True)
class Inquiry(ABC, Generic[S]):
    """A question as it stands; ``said`` is None until somebody works on it.

    ``job`` is None for one that was asked at a terminal.
    """

    said: S | None
    job: JobLine | None
    use: Use

    @property
    @abstractmethod
    def answered(self) -> bool:
        """Whether the last word on it was said."""

    @property
    def empty(self) -> bool:
        return self.said is None and self.job is None

    @property
    def under_way(self) -> bool:
        return self.job is not None and self.job.is_open and not self.answered

    @property
    def question(self) -> str:
        if self.said is not None:
            return self.said.question
        return str(self.job.command.get("question", "")) if self.job is not None else ""

    @property
    def stage(self) -> tuple[object, ...]:
        """What the page shows beside the progress: when it changes, the page is drawn anew."""
        return (self.under_way, self.answered)


class PastQuestion(NamedTuple):
    """A question as the history lists it; ``state`` says what it lacks, empty for an answered one."""

    conversation_id: str
    question: str
    asked_at: datetime
    state: str
