"""What runs, stages and slots mean to the metrics."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.metrics.families import Families
from storage.metrics.log_tail import LogLine

LONGEST_LOOK_BACK = timedelta(days=8)
"""No scheduler works off an older slot: a longer delay is a simulation's, whose time is not ours."""

TROUBLE = ("failed", "missed")


class RunClock:
    """When the runs under way were started; forgotten when they end."""

    def __init__(self) -> None:
        self._started: dict[str, datetime] = {}

    def started(self, families: Families, line: LogLine) -> None:
        self._started[str(line.run_id)] = line.recorded_at

    def completed(self, families: Families, line: LogLine) -> None:
        began = self._started.pop(str(line.run_id), None)
        if began is not None:
            seconds = (line.recorded_at - began).total_seconds()
            families.cycle_duration.labels(kind_of(line)).observe(max(seconds, 0.0))


def kind_of(line: LogLine) -> str:
    if line.type == "CycleCompleted":
        return "cycle"
    return "weekly" if line.stream_id.startswith("week/") else "what_if"


def stage_done(families: Families, line: LogLine) -> None:
    seconds = line.telemetry.get("duration_s")
    if seconds is not None:
        families.stage_duration.labels(line.payload["stage"]).observe(seconds)


def stage_failed(families: Families, line: LogLine) -> None:
    families.stage_failures.labels(line.payload["stage"], line.payload["error"]).inc()


def slot_finished(families: Families, line: LogLine) -> None:
    kind = line.payload["job"]
    for outcome in TROUBLE:
        families.slots.labels(kind, outcome).inc(0)
    families.slots.labels(kind, line.payload["outcome"]).inc()
    delay = line.recorded_at - line.occurred_at
    if timedelta(0) <= delay <= LONGEST_LOOK_BACK:
        families.slot_delay.labels(kind).observe(delay.total_seconds())


HANDLERS = {
    "StageCompleted": stage_done,
    "StageFailed": stage_failed,
    "SlotFinished": slot_finished,
}
