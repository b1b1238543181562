"""Asking the bare council: the command for a question, and for the same one once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from core.commands import JobKind, RunJob, run_job
from core.desk.job_log import job_state
from core.errors import BadInput
from core.policy import DeskPolicy
from core.ports import EventStore

MOST_TIMES = 200


def members(policy: DeskPolicy) -> tuple[str, ...]:
    """Who answers, each model once, in the order of the seats."""
    return tuple(dict.fromkeys(seat.model for seat in policy.profile.seats))


def asking(question: str, models: Sequence[str], sequence: int = 1) -> RunJob:
    """The command; BadInput in one line for an empty or an endless question."""
    return run_job(JobKind.COUNCIL, question=question, models=tuple(models), sequence=sequence)


def asking_again(store: EventStore, question: str, models: Sequence[str]) -> RunJob:
    """The command for the first time these models were not asked this yet."""
    return first_unasked(store, partial(asking, question, models))


def first_unasked(store: EventStore, command_at: Callable[[int], RunJob]) -> RunJob:
    """The command at the first sequence not yet asked for, from 1; BadInput past `MOST_TIMES`."""
    for sequence in range(1, MOST_TIMES + 1):
        command = command_at(sequence)
        if job_state(store, command.key) is None:
            return command
    raise BadInput(f"this was asked {MOST_TIMES} times already: put it in other words")
