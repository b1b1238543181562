"""Language models and researchers that answer from a function of the request."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from core.errors import ModelError
from core.schemas.model_call import ModelAnswer, ModelRequest
from core.schemas.research import ResearchAnswer, ResearchRequest

Script = Callable[[ModelRequest], object]


class ScriptedModel:
    """Answers ``script(request)``: text as it is, a schema or dict as JSON; an exception is raised.

    ``requests`` keeps what was asked, in order. ``before`` is awaited first (a barrier, a gate).
    """

    def __init__(
        self, script: Script, before: Callable[[ModelRequest], Awaitable[object]] | None = None
    ) -> None:
        self.requests: list[ModelRequest] = []
        self._script, self._before = script, before

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        self.requests.append(request)
        if self._before is not None:
            await self._before(request)
        said = self._script(request)
        if isinstance(said, Exception):
            raise said
        return ModelAnswer(text=as_text(said), served_model=request.model)

    def asked(self, call: str) -> list[ModelRequest]:
        """The requests whose call name starts with ``call``."""
        return [request for request in self.requests if request.call.startswith(call)]


def as_text(said: object) -> str:
    if isinstance(said, BaseModel):
        return said.model_dump_json()
    return said if isinstance(said, str) else json.dumps(said)


def words(request: ModelRequest) -> str:
    """Everything a request says to its model."""
    return "\n".join(message.content for message in request.messages)


class FakeResearcher:
    """Gives one answer, or raises one error, and keeps what it was asked."""

    def __init__(self, outcome: ResearchAnswer | ModelError) -> None:
        self.requests: list[ResearchRequest] = []
        self._outcome = outcome

    async def research(self, request: ResearchRequest) -> ResearchAnswer:
        self.requests.append(request)
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


class Sleeping:
    """A model that never answers; ``asked`` is set when somebody waits for it."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        self.asked.set()
        await asyncio.sleep(3600)
        raise AssertionError("nobody waits an hour")
