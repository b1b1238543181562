"""Asking the log: the command for a question, and for the same one once more."""

from __future__ import annotations

from functools import partial

from core.commands import JobKind, RunJob, run_job
from core.desk.questions import first_unasked
from core.errors import BadInput
from core.job_kinds import LONGEST_LOG_QUESTION
from core.ports import EventStore


def asking_log(question: str, sequence: int = 1) -> RunJob:
    """The command; BadInput in one line for an empty or an endless question."""
    return run_job(JobKind.ASK, question=refused_unless_short(question), sequence=sequence)


def asking_log_again(store: EventStore, question: str) -> RunJob:
    """The command for the first time this was not asked yet."""
    return first_unasked(store, partial(asking_log, question))


def refused_unless_short(question: str) -> str:
    """The question without the space around it; BadInput unless it can be asked."""
    question = question.strip()
    if not question or len(question) > LONGEST_LOG_QUESTION:
        raise BadInput(
            f"a question of {len(question)} characters: ask between 1 and {LONGEST_LOG_QUESTION}"
        )
    return question
