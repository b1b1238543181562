"""The trace under way is in every event's telemetry, and in no hash."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.tracing import bind
from storage.event_store import open_store
from tests.contract.sample_events import notes
from tests.storage.conftest import EVERYWHERE, REGISTRY

STREAM = "week/2026-11-18"


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
def test_every_event_of_a_trace_carries_it(store):
    with bind(trace_id="t-1", run_id="another"):
        stored = store.commit([notes(STREAM, 0, 2)])
    after = store.commit([notes(STREAM, 2, 1)])
    assert [row.telemetry.get("trace_id") for row in (*stored, *after)] == ["t-1", "t-1", None]
    assert stored[0].telemetry == {"latency_ms": 1.5, "trace_id": "t-1"}


def test_an_events_own_trace_is_kept(store):
    append = notes(STREAM, 0, 1)
    asked = replace(append, events=[replace(append.events[0], telemetry={"trace_id": "asked"})])
    with bind(trace_id="now"):
        (stored,) = store.commit([asked])
    assert stored.telemetry == {"trace_id": "asked"}


def test_a_trace_changes_no_hash_and_makes_no_other_event(store, tmp_path):
    plain = store.commit([notes(STREAM, 0, 3)])
    with bind(trace_id="t-1"):
        again = store.commit([notes(STREAM, 0, 3)])
    assert again == plain
    with bind(trace_id="t-2"):
        (told,) = store.commit([notes("week/2026-11-25", 0, 1)])
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}", registry=REGISTRY)
    (untold,) = other.commit([notes("week/2026-11-25", 0, 1)])
    other.close()
    assert (told.hash, told.metadata) == (untold.hash, untold.metadata)
    assert told.telemetry != untold.telemetry
