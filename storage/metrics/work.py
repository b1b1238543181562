"""What jobs and alerts mean to the metrics."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from storage.metrics.families import Families
from storage.metrics.log_tail import LogLine
from storage.metrics.runs import TROUBLE

Request: TypeAlias = tuple[str, int]
WAITING, RUNNING = "waiting", "running"
DELIVERIES = {
    "AlertDelivered": "delivered",
    "AlertFailed": "failed",
    "AlertSuppressed": "suppressed",
}


class JobQueue:
    """The jobs asked for that have not ended, and since when each waits (None: it runs)."""

    def __init__(self) -> None:
        self._open: dict[Request, datetime | None] = {}

    def requested(self, families: Families, line: LogLine) -> None:
        self._open[_request(line)] = line.recorded_at
        for outcome in TROUBLE:
            families.jobs.labels(_kind(line), outcome).inc(0)
        self._count(families)

    def claimed(self, families: Families, line: LogLine) -> None:
        since = self._open.get(_request(line))
        if since is not None:
            seconds = max((line.recorded_at - since).total_seconds(), 0.0)
            families.job_wait.labels(_kind(line)).observe(seconds)
        self._open[_request(line)] = None
        self._count(families)

    def handed_back(self, families: Families, line: LogLine) -> None:
        self._open[_request(line)] = line.recorded_at
        self._count(families)

    def finished(self, families: Families, line: LogLine) -> None:
        self._open.pop(_request(line), None)
        families.jobs.labels(_kind(line), line.payload["outcome"]).inc()
        self._count(families)

    def _count(self, families: Families) -> None:
        running = sum(since is None for since in self._open.values())
        families.open_jobs.labels(RUNNING).set(running)
        families.open_jobs.labels(WAITING).set(len(self._open) - running)


def _request(line: LogLine) -> Request:
    return line.payload["key"], line.payload["request"]


def _kind(line: LogLine) -> str:
    """``checkpoint`` of ``checkpoint/2026-11-18/12:00``."""
    return str(line.payload["key"]).partition("/")[0]


def raised(families: Families, line: LogLine) -> None:
    families.alerts.labels(line.payload["kind"], line.payload["severity"]).inc()


def delivered(families: Families, line: LogLine) -> None:
    for outcome in DELIVERIES.values():
        families.deliveries.labels(line.payload["channel"], outcome).inc(0)
    families.deliveries.labels(line.payload["channel"], DELIVERIES[line.type]).inc()


HANDLERS = {"AlertRaised": raised, **dict.fromkeys(DELIVERIES, delivered)}
