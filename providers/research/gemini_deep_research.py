"""Gemini Deep Research by Google's Interactions API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from pydantic import JsonValue, SecretStr

from core.errors import GarbledAnswer, JobUncertain
from core.schemas.model_call import Usage
from core.schemas.research import Citation, ResearchRequest
from providers.http import HttpPolicy, client, get_json, post_json, trusted
from providers.json_wire import count_of
from providers.research.citations import cited, distinct
from providers.research.creation import create_json
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
Json = Mapping[str, JsonValue]


class GeminiDeepResearch:
    """The JobVendor port over ``{base_url}/v1beta/interactions``; ``agent`` as Google names it."""

    def __init__(
        self,
        key: SecretStr,
        agent: str,
        policy: HttpPolicy | None = None,
        *,
        base_url: str = API,
    ) -> None:
        self._key = key
        self._agent = agent
        self._policy = policy or HttpPolicy()
        self._jobs = f"{base_url.rstrip('/')}/v1beta/interactions"
        trusted()  # read the authorities now, not in the middle of a week

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
        made = await create_json(self._jobs, body, self._headers(), self._policy)
        job_id = made.get("id")
        if not isinstance(job_id, str) or not job_id.strip():
            raise JobUncertain("Gemini took the job and named no id")
        return job_id

    async def poll(self, job_id: str) -> JobState:
        async with client(self._policy) as http:
            body = await get_json(http, self._url(job_id), self._headers(), self._policy)
        return parse_interaction(body, self._key.get_secret_value())

    async def cancel(self, job_id: str) -> None:
        url = f"{self._url(job_id)}/cancel"
        async with client(self._policy) as http:
            await post_json(http, url, {}, self._headers(), self._policy)

    def _url(self, job_id: str) -> str:
        return f"{self._jobs}/{quote(job_id, safe='')}"

    def _headers(self) -> Mapping[str, str]:
        return {"x-goog-api-key": self._key.get_secret_value()}


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
    steps = _objects(body.get("steps"))
    if steps:
        yield from _objects(steps[-1].get("content"))


def _citations(body: Json) -> Iterator[Citation | None]:
    """Of every step and of the whole; where in the text they stand is not kept."""
    places = [body]
    for step in _objects(body.get("steps")):
        places += [step, *_objects(step.get("content"))]
    for place in places:
        for note in _objects(place.get("annotations")):
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


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
