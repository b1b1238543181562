"""A week's stages and calls reach a collector as one trace, with counts and decisions and no text."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time

import pytest

from config.otlp import OtlpSpans, trace_number
from config.spans import exported
from core.errors import ModelUnavailable
from core.schemas.model_call import ModelRequest
from core.spans import listening, span
from core.tracing import bind, new_trace_id
from providers.llm.traced import TracedModel
from tests.fakes.desks import bench, rules_settings
from tests.fixture_files import ROOT
from tests.servers.otlp_collector import attributes, collecting

CANARY = "canary-Key/9f8e+7d6c5b"
LONGEST_FACT = 80
SOON_S = 10


@pytest.fixture(scope="module")
def week():
    """The collector after a week under a trace, that trace's id, and the store."""
    desk, trace_id = bench(rules_settings()), new_trace_id()
    slots = [one for one in desk.slots("2024-01-03", "2024-01-03") if one.job == "weekly"]
    with collecting() as collector:
        settings = desk.settings.model_copy(
            update={"otlp_endpoint": f"http://127.0.0.1:{collector.port}/"}
        )
        with exported(settings), bind(trace_id=trace_id):
            desk.run(slots)
        yield collector, trace_id, desk.store


def test_stages_and_calls_are_spans_of_the_one_trace(week):
    collector, trace_id, store = week
    assert set(collector.paths) == {"/v1/traces"}
    names = {one.name for one in collector.spans}
    assert {
        "stage pitch",
        "stage chairman",
        "stage risk",
        "stage execution",
        "model pitch",
    } <= names
    assert {one.trace_id.hex() for one in collector.spans} == {trace_id}
    told = {
        row.telemetry.get("trace_id") for row in store.read_all() if row.type == "OrderAccepted"
    }
    assert told == {trace_id}


def test_a_call_belongs_to_its_stage_and_names_its_agent(week):
    spans = week[0].spans
    stages = {one.span_id: one.name for one in spans if one.name.startswith("stage ")}
    calls = [one for one in spans if one.name == "model pitch"]
    assert {stages[one.parent_span_id] for one in calls} == {"stage pitch"}
    assert {attributes(one)["desk.agent"] for one in calls} == {f"acct_{n}" for n in range(1, 5)}
    assert all(attributes(one)["desk.model"].startswith("rules/") for one in calls)


def test_stages_tell_counts_and_the_decision(week):
    spans = {one.name: attributes(one) for one in week[0].spans}
    assert spans["stage pitch"]["desk.pm_pitches"] == 4
    chairman = spans["stage chairman"]
    assert chairman["desk.direction"] in ("LONG", "SHORT", "FLAT")
    assert -2 <= chairman["desk.conviction"] <= 2
    assert chairman["desk.week_id"] == "2024-01-03"
    assert chairman["desk.run_id"]


def test_no_text_of_a_prompt_or_an_answer_is_in_them(week):
    collector, _, store = week
    facts = [value for one in collector.spans for value in attributes(one).values()]
    assert max(len(value) for value in facts if isinstance(value, str)) <= LONGEST_FACT
    raw = b"".join(collector.raw)
    prompts = [row for row in store.read_all() if row.type == "ModelCallRequested"]
    assert prompts
    for row in prompts:
        text = row.payload["request"]["messages"][0]["content"]
        assert not any(line.encode() in raw for line in text.splitlines() if len(line) > 40)


def test_no_key_is_in_them_and_an_error_is_told_by_its_class_alone():
    class Refusing:
        async def complete(self, request):
            raise ModelUnavailable(f"the server said {CANARY} and a prompt")

    asked = ModelRequest(call="pitch/acct_1", model=f"a/{CANARY}", messages=())
    with collecting() as collector:
        spans = OtlpSpans(f"http://127.0.0.1:{collector.port}", [CANARY])
        with listening(spans), pytest.raises(ModelUnavailable):
            asyncio.run(TracedModel(Refusing()).complete(asked))
        with listening(spans), bind(job_id=CANARY), span("stage x", agent=CANARY) as told:
            told.note(model=f"at {CANARY}")
        spans.close()
    assert b"canary-K" not in b"".join(collector.raw)
    failed = next(one for one in collector.spans if one.name.startswith("model "))
    assert (failed.status.code, failed.status.message) == (2, "ModelUnavailable")
    assert not failed.events


def test_a_collector_that_is_down_does_not_hold_up_the_end():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    settings = rules_settings().model_copy(update={"otlp_endpoint": f"http://127.0.0.1:{port}"})
    started = time.monotonic()
    with exported(settings), span("stage x"):
        pass
    assert time.monotonic() - started < SOON_S


def test_without_an_endpoint_nothing_of_it_is_loaded():
    program = (
        "import sys; from config.spans import exported; from config.settings import load_settings\n"
        "import providers.llm.traced, core.pipeline\n"
        "with exported(load_settings(env={})): pass\n"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_a_callers_own_id_gives_one_trace_as_well():
    made = new_trace_id()
    assert trace_number(made) == int(made, 16)
    assert trace_number("abc-1") == trace_number("abc-1") != trace_number("abc-2")
    assert 0 < trace_number("0" * 32) < 2**128
