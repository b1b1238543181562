"""Research jobs over loopback with the log they are recorded in; waits are milliseconds."""

from __future__ import annotations

from pydantic import SecretStr

from core.policy import ModelSettings
from core.rendering import load_builtin
from core.schemas.research import ResearchRequest
from providers.call_log import CallLog
from providers.http import HttpPolicy
from providers.research.editor import PackEditor
from providers.research.gemini_deep_research import GeminiDeepResearch
from providers.research.job_researcher import JobPace, JobResearcher, JobTerms
from providers.research.perplexity_agent import PerplexityAgent
from tests.fakes.models import ScriptedModel
from tests.fakes.week import AS_OF, WEEK, findings, run_spec

CANARY = "AIzaCanary-7f3e9b2c5d1a-of-the-key"
POLICY = HttpPolicy(connect_s=1, read_s=0.4, deadline_s=1.0, retries=2, backoff_s=0.01)
PACE = JobPace(deadline_s=5, first_wait_s=0.005, longest_wait_s=0.02)
REQUEST = ResearchRequest(pack="A", week_id=WEEK, as_of=AS_OF, symbols=("SPY", "TLT"))
PROMPTS = load_builtin()


def gemini(url: str) -> GeminiDeepResearch:
    return GeminiDeepResearch(SecretStr(CANARY), "deep-research-x", POLICY, base_url=url)


def perplexity(url: str) -> PerplexityAgent:
    return PerplexityAgent(SecretStr(CANARY), "high", POLICY, base_url=url)


def editor(said: object = None) -> tuple[PackEditor, ScriptedModel]:
    model = ScriptedModel(lambda _: findings() if said is None else said)
    return PackEditor(model, PROMPTS, ModelSettings(), "google/editor"), model


def researcher(vendor, store, terms: JobTerms | None = None, said: object = None) -> JobResearcher:
    log = CallLog(store, run_spec())
    return JobResearcher(vendor, log, editor(said)[0], PROMPTS, terms or JobTerms(pace=PACE))
