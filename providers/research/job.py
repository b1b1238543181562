"""A vendor's research job: created once, polled until it ends, cancelled when it takes too long."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from core.schemas.model_call import Usage
from core.schemas.research import Citation, ResearchRequest

COMPLETED = "completed"
REFUSED = "refused"
TIMED_OUT = "timed_out"
LOST = "lost"
"""The vendor does not know the job any more, or does not let us see it."""


@dataclass(frozen=True, slots=True)
class JobState:
    """What the vendor says of a job: its ``status`` in the vendor's word, ``told`` why or how far.

    ``running`` until it ends; a ``completed`` one has its report.
    """

    status: str
    running: bool
    report: str = ""
    citations: tuple[Citation, ...] = ()
    usage: Usage = field(default_factory=Usage)
    told: str = ""


class JobVendor(Protocol):
    """One vendor's background research.

    ``create`` asks again only where surely nothing was created (no connection, 429). It raises
    JobUncertain when the job may exist without its id being known, and a ModelError when it surely
    does not. ``poll`` and ``cancel`` raise a ModelError when the vendor gives no answer.
    """

    @property
    def name(self) -> str:
        """Who researches, as the settings name it: ``gemini/deep-research-…``."""
        ...

    async def create(self, prompt: str, request: ResearchRequest) -> str: ...

    async def poll(self, job_id: str) -> JobState: ...

    async def cancel(self, job_id: str) -> None: ...
