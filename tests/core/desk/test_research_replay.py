"""A week with a vendor's research job, or without its vendor's key, replays with nobody asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from config.settings import load_settings
from config.wiring import build_desk, open_store, scratch_desk
from core import keys
from core.clock import FixedClock
from core.desk.replay import replay
from core.desk.summary import official_context
from core.desk.weekly import run_week
from core.policy import ModelSettings
from core.types import StoreKind, WeekId
from providers.call_log import CallLog
from providers.llm.recording import RecordingModel
from providers.research.chain import ChainResearcher
from providers.research.editor import PackEditor
from providers.research.job_researcher import JobResearcher, JobTerms
from providers.research.recording import RecordingResearcher
from tests.fakes.desks import on
from tests.fakes.models import ScriptedModel
from tests.fakes.research_jobs import PACE, PROMPTS, gemini
from tests.fakes.week import findings
from tests.servers.gemini_research_server import gemini_research_server
from tests.servers.research_server import http_error

WEEK = WeekId("2024-01-03")


class WithAJob:
    """A desk's providers, pack A's researcher replaced by a vendor's job and then the rules."""

    def __init__(self, live, url):
        self._live, self._url = live, url

    async def preflight(self):
        """Nobody is paid but the server on loopback."""

    def for_run(self, run):
        ports = self._live.for_run(run)
        log, rules = CallLog(self._live.store, run), ports.researchers["A"]._inner
        model = RecordingModel(ScriptedModel(lambda _: findings()), log)
        editor = PackEditor(model, PROMPTS, ModelSettings(), "google/editor")
        job = JobResearcher(gemini(self._url), log, editor, PROMPTS, JobTerms(pace=PACE))
        chain = ChainResearcher([("gemini/x", job), ("rules/research-a", rules)], log)
        name = self._live.policy.profile.researchers["A"].model
        asked = {**ports.researchers, "A": RecordingResearcher(chain, log, name)}
        return replace(ports, researchers=asked)


@pytest.mark.parametrize("refused", [False, True], ids=["job", "stepped down"])
def test_a_week_with_a_job_replays_without_its_vendor(refused):
    settings = load_settings(env={}, profile="rules", store="sqlite://")
    store = open_store(settings)
    clock = FixedClock(on("2024-01-03"))
    desk = build_desk(settings, store, kind=StoreKind.SIMULATION, clock=clock)
    with gemini_research_server() as server:
        server.on_create = [http_error(400, "no")] if refused else []
        desk = replace(desk, providers=WithAJob(desk.providers, server.url))
        assert asyncio.run(run_week(desk, WEEK)).completed
        asked = len(server.headers)
        report = asyncio.run(replay(store, WEEK, scratch_desk(settings, store)))
    assert report.difference is None
    assert asked == len(server.headers)
    pack = official_context(store, WEEK)[keys.RESEARCH_PACK_A].pack
    assert len(pack.stepped_down) == refused
    assert pack.research_source.startswith("rules/" if refused else "gemini/")
