"""A week's events all belong to the trace it was asked in, and tell how long each stage took."""

from __future__ import annotations

from core.tracing import bind
from tests.fakes.desks import bench, rules_settings
from tests.fakes.logs import json_lines

FIRST, LAST = "2024-01-03", "2024-01-03"


def week(trace_id=None):
    desk = bench(rules_settings())
    slots = [slot for slot in desk.slots(FIRST, LAST) if slot.job == "weekly"]
    with bind(trace_id=trace_id):
        desk.run(slots)
    return desk


def test_one_trace_from_the_ask_to_the_order_and_the_same_history():
    traced, untraced = week("t-1"), week()
    rows = list(traced.store.read_all())
    assert {row.telemetry.get("trace_id") for row in rows} == {"t-1"}
    assert "OrderAccepted" in {row.type for row in rows}
    assert traced.heads() == untraced.heads()


def test_every_stage_that_ran_tells_how_long():
    rows = [row for row in week().store.read_all() if row.type == "StageCompleted"]
    assert rows
    assert all(row.telemetry["duration_s"] >= 0 for row in rows if not row.payload["skipped"])


def test_every_line_of_a_week_names_trace_run_week_and_stage():
    with json_lines() as lines:
        week("t-1")
    told = [line for line in lines() if line["event"] == "stage finished"]
    assert {"pitch", "chairman", "risk", "execution"} <= {line["stage"] for line in told}
    assert {(line["trace_id"], line["week_id"]) for line in told} == {("t-1", "2024-01-03")}
    assert all(line["run_id"] and line["seconds"] >= 0 for line in told)
    (pitches,) = (line["pm_pitches"] for line in told if line["stage"] == "pitch")
    assert pitches == 4
