"""What the runs page reads: a week's runs, two of them with what they came to, and one call's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.commands import JobKind
from core.desk.job_state import JobStatus
from core.rules.what_if import Outcome
from core.types import AccountId, RunId, WeekId
from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.queries import JobLine, open_jobs, recent_jobs
from storage.queries.approvals import WeekProposal, week_proposal
from storage.queries.run_outcomes import run_outcomes
from storage.queries.run_texts import CallTexts, call_texts, run_calls
from storage.queries.run_values import RunValues, run_settings, run_values
from storage.queries.runs import RunLine, week_runs
from storage.queries.usage import Use, job_use

LATELY = 12


@dataclass(frozen=True, slots=True)
class Side:
    """One run of a comparison; ``outcomes`` by account, None where no recorded price tells."""

    run: RunLine
    council: RunValues
    outcomes: Mapping[AccountId, Outcome | None]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WeekWork:
    """A week's jobs under way with what each has used, and its what-ifs that ended lately."""

    open: tuple[tuple[JobLine, Use], ...]
    ended: tuple[JobLine, ...]


@kept
def runs(state: StoreState, week_id: WeekId) -> tuple[RunLine, ...]:
    """The official run first; none for a week nobody has run."""
    return week_runs(state.reader, week_id)


def side(state: StoreState, run: RunLine, since: int) -> Side:
    """``since`` is where the week's official run began in the log."""
    return _side(state, run.week_id, run.run_id, since)


@kept
def _side(state: StoreState, week_id: WeekId, run_id: RunId, since: int) -> Side:
    run = next(one for one in runs(state, week_id) if one.run_id == run_id)
    values = run_values(state.reader, run)
    return Side(
        run=run,
        council=values,
        outcomes=run_outcomes(state.reader, run, values, since),
        settings=run_settings(state.reader, run),
    )


@kept
def calls(state: StoreState, run_id: RunId) -> tuple[str, ...]:
    return run_calls(state.reader, run_id)


@kept
def texts(state: StoreState, run_id: RunId, call: str) -> CallTexts | None:
    return call_texts(state.reader, run_id, call)


@kept
def work(state: StoreState, week_id: WeekId) -> WeekWork:
    under_way = [job for job in open_jobs(state.reader) if job.week_id == week_id]
    lately = recent_jobs(state.reader, LATELY, week_id)
    return WeekWork(
        open=tuple(
            (job, job_use(state.reader, week_id, job.key, job.request)) for job in under_way
        ),
        ended=tuple(one for one in lately if one.kind is JobKind.RERUN and not one.is_open),
    )


@kept
def proposal(state: StoreState, week_id: WeekId) -> WeekProposal | None:
    return week_proposal(state.reader, week_id)


def made_by(job: JobLine) -> str | None:
    """The run a finished job made; None for one that failed or was stopped."""
    made = job.result.get("run_id")
    return str(made) if job.status is JobStatus.DONE and made else None
