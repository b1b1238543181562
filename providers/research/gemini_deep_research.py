"""Gemini Deep Research by Google's Interactions API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from pydantic import JsonValue, SecretStr

from core.errors import GarbledAnswer
from core.schemas.model_call import Usage
from core.schemas.research import Citation, ResearchRequest
from providers.http import HttpPolicy
from providers.json_wire import count_of
from providers.research.citations import cited, distinct
from providers.research.http_jobs import HttpJobs, Json, objects
from providers.research.job import COMPLETED, JobState
from providers.scrubbing import one_line, words_of

API = "https://generativelanguage.googleapis.com"
RUNNING = frozenset({"queued", "in_progress"})
ENDED = frozenset(
    {
        *("requires_action", "requires_continuation", "failed", "cancelled"),
        *("incomplete", "budget_exceeded", COMPLETED),
    }
)
"""A research job that asks for something in between gets no answer: it has ended."""


class GeminiDeepResearch(HttpJobs):
    """The JobVendor port over ``{base_url}/v1beta/interactions``; ``agent`` as Google names it."""

    vendor = "Gemini"

    def __init__(
        self,
        key: SecretStr,
        agent: str,
        policy: HttpPolicy | None = None,
        *,
        base_url: str = API,
    ) -> None:
        super().__init__(key, policy)
        self._agent = agent
        self._jobs = f"{base_url.rstrip('/')}/v1beta/interactions"

    @property
    def name(self) -> str:
        return f"gemini/{self._agent}"

    async def create(self, prompt: str, request: ResearchRequest) -> str:
        body: JsonValue = {
            "agent": self._agent,
            "input": prompt,
            "background": True,
            "store": True,
        }
        return await self._created(self._jobs, body)

    def _url(self, job_id: str) -> str:
        return f"{self._jobs}/{quote(job_id, safe='')}"

    def _headers(self) -> Mapping[str, str]:
        return {"x-goog-api-key": self._secret()}

    def _state(self, body: Json) -> JobState:
        return parse_interaction(body, self._secret())


def parse_interaction(body: Json, secret: str = "") -> JobState:
    """What an interaction says; GarbledAnswer for a status nobody described."""
    status = body.get("status")
    if not isinstance(status, str) or status not in RUNNING | ENDED:
        raise GarbledAnswer(f"Gemini told a status nobody knows: {str(status)[:60]}")
    running = status in RUNNING
    return JobState(
        status=status,
        running=running,
        report="" if running else _text(body),
        citations=() if running else distinct(_citations(body)),
        usage=_usage(body.get("usage")),
        told=_told(body, secret),
    )


def _told(body: Json, secret: str) -> str:
    said = words_of(dict(body)) or body.get("status_message") or ""
    return one_line(said, [secret] if secret else ()) if said else ""


def _text(body: Json) -> str:
    whole = body.get("output_text")
    if isinstance(whole, str) and whole.strip():
        return whole
    for content in _last_contents(body):
        text = content.get("text")
        if isinstance(text, str):
            return text
    return ""


def _last_contents(body: Json) -> Iterator[Json]:
    steps = objects(body.get("steps"))
    if steps:
        yield from objects(steps[-1].get("content"))


def _citations(body: Json) -> Iterator[Citation | None]:
    """Of every step and of the whole; where in the text they stand is not kept."""
    places = [body]
    for step in objects(body.get("steps")):
        places += [step, *objects(step.get("content"))]
    for place in places:
        for note in objects(place.get("annotations")):
            if note.get("type") == "url_citation":
                inner = note.get("url_citation")
                said = inner if isinstance(inner, Mapping) else note
                published = said.get("published") or said.get("date")
                yield cited(said.get("url"), said.get("title"), published)


def _usage(said: JsonValue) -> Usage:
    if not isinstance(said, Mapping):
        return Usage()

    def count(*names: str) -> int:
        return next((number for name in names if (number := count_of(said.get(name)))), 0)

    thoughts = count("total_reasoning_tokens", "total_thought_tokens", "reasoning_tokens")
    return Usage(
        prompt_tokens=count("total_input_tokens", "input_tokens")
        + count("total_tool_use_tokens", "tool_use_tokens"),
        completion_tokens=count("total_output_tokens", "output_tokens") + thoughts,
        reasoning_tokens=thoughts,
        cached_tokens=count("total_cached_tokens", "cached_tokens"),
    )
