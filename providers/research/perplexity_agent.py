"""Perplexity's research agent by its Agent API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from pydantic import JsonValue, SecretStr

from core.errors import GarbledAnswer
from core.schemas.model_call import CostSource, Usage
from core.schemas.research import Citation, ResearchRequest
from providers.http import HttpPolicy
from providers.json_wire import count_of, decimal_of
from providers.llm.chat_usage import MOST_USD
from providers.research.citations import cited, distinct
from providers.research.http_jobs import HttpJobs, Json, objects
from providers.research.job import COMPLETED, JobState
from providers.scrubbing import one_line, words_of

API = "https://api.perplexity.ai"
RUNNING = frozenset({"queued", "in_progress"})
ENDED = frozenset({COMPLETED, "failed", "cancelled", "requires_action", "incomplete"})
RECENT: JsonValue = [{"type": "web_search", "filters": {"search_recency_filter": "week"}}]


class PerplexityAgent(HttpJobs):
    """The JobVendor port over ``{base_url}/v1/agent``; ``preset`` is ``fast|low|medium|high``."""

    vendor = "Perplexity"

    def __init__(
        self,
        key: SecretStr,
        preset: str = "high",
        policy: HttpPolicy | None = None,
        *,
        base_url: str = API,
    ) -> None:
        super().__init__(key, policy)
        self._preset = preset
        self._base = base_url.rstrip("/")

    @property
    def name(self) -> str:
        return f"perplexity/agent-{self._preset}"

    async def create(self, prompt: str, request: ResearchRequest) -> str:
        body: JsonValue = {
            "preset": self._preset,
            "input": prompt,
            "background": True,
            "tools": RECENT,
        }
        return await self._created(f"{self._base}/v1/agent", body)

    def _url(self, job_id: str) -> str:
        return f"{self._base}/v1/responses/{quote(job_id, safe='')}"

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._secret()}"}

    def _state(self, body: Json) -> JobState:
        return parse_response(body, self._secret())


def parse_response(body: Json, secret: str = "") -> JobState:
    """What a response says; GarbledAnswer for a status nobody described."""
    status = body.get("status")
    if not isinstance(status, str) or status not in RUNNING | ENDED:
        raise GarbledAnswer(f"Perplexity told a status nobody knows: {str(status)[:60]}")
    running = status in RUNNING
    said = words_of(dict(body))
    return JobState(
        status=status,
        running=running,
        report="" if running else _text(body),
        citations=() if running else distinct(_citations(body)),
        usage=_usage(body.get("usage")),
        told=one_line(said, [secret] if secret else ()) if said else "",
    )


def _text(body: Json) -> str:
    """Every message's text, in order."""
    whole = body.get("output_text")
    if isinstance(whole, str) and whole.strip():
        return whole
    texts = [content.get("text") for content in _contents(body)]
    return "\n\n".join(text for text in texts if isinstance(text, str) and text.strip())


def _contents(body: Json) -> Iterator[Json]:
    for item in objects(body.get("output")):
        if item.get("type") == "message":
            yield from objects(item.get("content"))


def _citations(body: Json) -> Iterator[Citation | None]:
    """Of every list of results, then what the messages themselves note."""
    for item in objects(body.get("output")):
        if item.get("type") == "search_results":
            for one in objects(item.get("results")):
                yield cited(one.get("url"), one.get("title"), one.get("date"))
    for content in _contents(body):
        for note in objects(content.get("annotations")):
            yield cited(note.get("url"), note.get("title"), note.get("date"))


def _usage(said: JsonValue) -> Usage:
    if not isinstance(said, Mapping):
        return Usage()
    cost = said.get("cost")
    total = decimal_of(cost.get("total_cost")) if isinstance(cost, Mapping) else None
    details = said.get("output_tokens_details")
    reasoning = details.get("reasoning_tokens") if isinstance(details, Mapping) else None
    kept = said.get("input_tokens_details")
    usage = Usage(
        prompt_tokens=count_of(said.get("input_tokens")),
        completion_tokens=count_of(said.get("output_tokens")),
        reasoning_tokens=count_of(reasoning),
        cached_tokens=count_of(kept.get("cached_tokens") if isinstance(kept, Mapping) else None),
    )
    if total is None or not 0 <= total <= MOST_USD:
        return usage
    return usage.model_copy(update={"cost_usd": f"{total:f}", "cost_source": CostSource.PROVIDER})
