"""A researcher whose question and answer are events, and a replay of one from the log."""

from __future__ import annotations

import time

from core.canonical import fingerprint
from core.errors import CouncilError, ModelError, StructuredError, UnknownPrompt
from core.events.calls import ResearchCompleted, ResearchFailed, ResearchRequested
from core.ports import Researcher
from core.schemas.research import ResearchAnswer, ResearchRequest
from providers.call_log import CallLog


def call_name(request: ResearchRequest) -> str:
    return f"research/{request.pack}"


class RecordingResearcher:
    """Commits ``ResearchRequested`` before the research and its outcome after it."""

    def __init__(self, inner: Researcher, log: CallLog, name: str) -> None:
        self._inner = inner
        self._log = log
        self._name = name

    async def research(self, request: ResearchRequest) -> ResearchAnswer:
        mark, call = fingerprint([self._name, request]), call_name(request)
        known = self._log.recorded(call, ResearchCompleted, mark)
        if known is not None:
            return known.answer
        if not self._log.asked_unanswered(call, mark):
            asked = ResearchRequested(request_hash=mark, researcher=self._name, request=request)
            self._log.append(call, asked, mark)
        started = time.perf_counter()
        try:
            answer = await self._inner.research(request)
        except (ModelError, StructuredError) as error:
            self._log.append(call, _failure(mark, error), mark, _since(started))
            raise
        completed = ResearchCompleted(request_hash=mark, answer=answer)
        self._log.append(call, completed, mark, _since(started))
        return answer


class ReplayResearcher:
    """Gives the recorded pack of the same request, or raises the recorded failure again."""

    def __init__(self, recorded: CallLog, name: str) -> None:
        self._recorded = recorded
        self._name = name

    async def research(self, request: ResearchRequest) -> ResearchAnswer:
        mark, call = fingerprint([self._name, request]), call_name(request)
        completed = self._recorded.recorded(call, ResearchCompleted, mark)
        if completed is not None:
            return completed.answer
        failed = self._recorded.recorded(call, ResearchFailed, mark)
        if failed is not None:
            raise ModelError(failed.message)
        raise UnknownPrompt(f"no recorded research for pack {request.pack} (request {mark[:12]})")


def _failure(mark: str, error: CouncilError) -> ResearchFailed:
    return ResearchFailed(request_hash=mark, error=type(error).__name__, message=str(error))


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1_000
