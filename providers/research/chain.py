"""A chain of researchers: vendor, prompted model, rules; each step down is on record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from core.canonical import fingerprint
from core.errors import ModelError, ModelUnavailable, StructuredError, UnknownPrompt
from core.events.calls import ResearchSteppedDown
from core.ports import Researcher
from core.schemas.research import ResearchAnswer, ResearchRequest, StepDown
from providers.call_log import CallLog

Link: TypeAlias = tuple[str, Researcher | str]
"""A researcher's name, and itself or the reason why it cannot be asked (``no GEMINI_API_KEY``)."""


class ChainResearcher:
    """The Researcher port over ``links``, asked in order until one answers.

    SpendingStopped is no failure of a researcher and ends the chain, as does a replay's missing
    answer. ModelUnavailable with every reason when the last one fails too.
    """

    def __init__(self, links: Sequence[Link], log: CallLog) -> None:
        self._links = tuple(links)
        self._log = log

    async def research(self, request: ResearchRequest) -> ResearchAnswer:
        mark = fingerprint([[name for name, _ in self._links], request])
        steps: list[StepDown] = []
        for number, (name, researcher) in enumerate(self._links):
            try:
                answer = await _asked(researcher, request)
            except UnknownPrompt:
                raise
            except (ModelError, StructuredError) as error:
                steps.append(StepDown(researcher=name, because=str(error)))
                if number + 1 < len(self._links):
                    self._record(request, mark, steps[-1], self._links[number + 1][0], error)
            else:
                return answer.model_copy(update={"stepped_down": (*steps, *answer.stepped_down)})
        reasons = "; ".join(f"{step.researcher}: {step.because}" for step in steps)
        raise ModelUnavailable(f"nobody could research pack {request.pack}: {reasons}")

    def _record(
        self, request: ResearchRequest, mark: str, step: StepDown, deputy: str, error: Exception
    ) -> None:
        """On record once, however often the run is taken up again."""
        call = f"research/{request.pack}/chain"
        event = ResearchSteppedDown(
            request_hash=mark,
            researcher=step.researcher,
            next_researcher=deputy,
            error=type(error).__name__,
            message=step.because,
        )
        if event not in self._log.every(call, ResearchSteppedDown, mark):
            self._log.append(call, event, mark)


async def _asked(researcher: Researcher | str, request: ResearchRequest) -> ResearchAnswer:
    if isinstance(researcher, str):
        raise ModelUnavailable(researcher)
    return await researcher.research(request)
