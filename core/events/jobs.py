"""Events of one job, in its own stream: asked for, claimed, under way, handed back, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from core.commands import RunJob
from core.events.envelope import Event


class JobOutcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    MISSED = "missed"


class JobRequested(Event):
    """``request`` counts how often this work was asked for anew, from 1."""

    key: str
    request: int
    command: RunJob
    requested_by: str


class JobClaimed(Event):
    """The leader with this fencing ``token`` does the work; ``attempt`` counts claims from 1."""

    key: str
    request: int
    token: int
    attempt: int


class JobProgressed(Event):
    """A stage began or ended: ``done`` of ``total`` are behind; ``told`` is a few words."""

    key: str
    request: int
    step: str
    done: int
    total: int
    told: str


class JobCancelRequested(Event):
    key: str
    request: int
    by: str


class JobHandedBack(Event):
    """The leader let go of an unfinished job, to be claimed again from ``again_at`` on.

    ``failed`` when an attempt failed that may succeed later; False when it never came to be one.
    """

    key: str
    request: int
    token: int
    attempt: int
    failed: bool
    reason: str
    again_at: datetime


class JobFinished(Event):
    """How the request ended, once; ``result`` is small, e.g. the run's id."""

    key: str
    request: int
    outcome: JobOutcome
    detail: str
    result: Mapping[str, JsonValue] = {}
