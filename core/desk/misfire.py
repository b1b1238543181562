"""What becomes of a job that could not start on time, and how often one that failed is tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from core.desk.slots import Job

LOOK_BACK = timedelta(days=7)
"""A slot that has its ending and is older than this is not looked at again."""


class Policy(StrEnum):
    """Several missed slots of one job: each is made up for, only the newest is, or none is."""

    RUN_ALL = "run_all"
    RUN_ONCE = "run_once"
    SKIP = "skip"


class Misfire(NamedTuple):
    """``latest`` is how late it may start (None: any time), ``waits`` what lies between its attempts."""

    policy: Policy
    latest: timedelta | None = None
    waits: Sequence[timedelta] = ()

    @property
    def attempts(self) -> int:
        return len(self.waits) + 1


def minutes(*values: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=value) for value in values)


POLICIES: Mapping[Job, Misfire] = {
    Job.WEEKLY: Misfire(Policy.RUN_ONCE, timedelta(hours=6), minutes(1, 5, 15, 30, 60)),
    Job.CHECKPOINT: Misfire(Policy.SKIP, timedelta(minutes=20), minutes(1, 4)),
    Job.HORIZON: Misfire(Policy.SKIP, timedelta(minutes=14), minutes(1, 3)),
    Job.FILLS: Misfire(Policy.RUN_ALL, None, minutes(1, 5, 15)),
    Job.MARK: Misfire(Policy.RUN_ALL, None, minutes(5, 30, 120)),
    Job.POSTMORTEM: Misfire(Policy.RUN_ALL, None, minutes(5, 30, 120)),
    Job.RECONCILE: Misfire(Policy.RUN_ONCE, None, minutes(5, 15)),
    Job.BREAKER: Misfire(Policy.RUN_ONCE, None, minutes(5, 15)),
    Job.FORWARD_RETURNS: Misfire(Policy.RUN_ONCE, None, minutes(5, 30, 120)),
    Job.MEMORY: Misfire(Policy.RUN_ONCE, None, minutes(5, 30)),
    Job.HEALTH: Misfire(Policy.RUN_ONCE),
    Job.CYCLE: Misfire(Policy.SKIP, timedelta(minutes=20), minutes(1, 4)),
    Job.CYCLE_FILLS: Misfire(Policy.RUN_ONCE, None, minutes(1, 5, 15)),
    Job.CYCLE_MARK: Misfire(Policy.RUN_ALL, None, minutes(5, 30, 120)),
    Job.DISCOVERY: Misfire(Policy.SKIP, timedelta(hours=1), minutes(2, 10)),
    Job.MOVES: Misfire(Policy.SKIP, timedelta(minutes=10), minutes(1)),
    Job.NIGHTLY: Misfire(Policy.RUN_ONCE, None, minutes(5, 30, 120)),
}
