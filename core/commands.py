"""Commands: what a face asks the desk to do, imperative, frozen, and checked before it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from core.canonical import fingerprint
from core.errors import BadInput
from core.job_kinds import (
    MOST_MEMBERS,
    MOST_SYMBOLS,
    PLANNED,
    STAGES,
    TAKES,
    Day,
    JobKind,
    ModelName,
    Note,
    OverrideKey,
    OverrideText,
    Question,
    Wall,
)
from core.schemas.base import Schema, Symbol
from core.strategy import EQUITY
from core.types import WeekId, deterministic_id, week_of

__all__ = ["CancelJob", "JobKind", "RunJob", "cancel_job", "exclusive_with", "run_job"]

MOST_OVERRIDES = 40
HASH_LENGTH = 12
NOTHING: tuple[object, ...] = (None, {}, ())
"""What a field holds that was not given."""


def _absent(value: object) -> bool:
    """Left out of the payload: a command of another kind reads as it did before there were questions."""
    return value in NOTHING


class RunJob(Schema):
    """Do one piece of work of the desk; make it with `run_job`, whose refusals are one line.

    ``stage`` is the last one to run for ``stage``, the first to run anew for ``rerun``. ``session``
    and ``time`` (``HH:MM``, New York) name a checkpoint, ``start`` and ``end`` the days to simulate,
    both included. ``question`` is for the bare council, or over the log: of a council ``models`` are
    to be asked (none: whoever sits there), ``sequence`` counts from 1 how often it is asked. A
    trading cycle looks at ``symbols`` (none: its watchlist) and trades only with ``execute``.
    ``note`` is a person's own words and decides nothing.
    """

    kind: JobKind
    week_id: WeekId | None = None
    stage: str | None = None
    overrides: Mapping[OverrideKey, OverrideText] = Field(default={}, max_length=MOST_OVERRIDES)
    session: Day | None = None
    time: Wall | None = None
    start: Day | None = None
    end: Day | None = None
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1, strict=True)
    question: Question | None = Field(default=None, exclude_if=_absent)
    models: tuple[ModelName, ...] = Field(default=(), max_length=MOST_MEMBERS, exclude_if=_absent)
    sequence: int | None = Field(default=None, ge=1, le=10_000, strict=True, exclude_if=_absent)
    symbols: tuple[Symbol, ...] = Field(default=(), max_length=MOST_SYMBOLS, exclude_if=_absent)
    execute: bool | None = Field(default=None, strict=True, exclude_if=_absent)
    note: Note = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        _refuse_fields(self)
        _refuse_week(self.week_id)
        _refuse_stage(self)
        if self.start is not None and self.end is not None and self.end < self.start:
            raise BadInput(f"the end {self.end} lies before the start {self.start}: swap them")
        return self

    @property
    def key(self) -> str:
        """The natural key: the same work has the same key, whoever asks for it and how often."""
        return _KEYS[self.kind](self)

    @property
    def conversation_id(self) -> str:
        """Under which id a question is kept: what was asked, of whom, and for which time."""
        what = "log question" if self.kind is JobKind.ASK else "question"
        asked = (what, self.question, *self.models, self.sequence or 1)
        return str(deterministic_id(*asked))

    @property
    def group(self) -> str:
        """What this job must not run beside."""
        return exclusive_with(self)


class CancelJob(Schema):
    """Stop a job: at once when nobody has begun it, else at its next stage boundary."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[A-Za-z0-9._:/-]{1,160}$")]


def run_job(kind: str, **fields: Any) -> RunJob:
    """The command of these fields, as a form or a request gives them; BadInput in one line."""
    if kind not in set(JobKind):
        raise BadInput(f"there is no job {kind!r}: use one of {', '.join(JobKind)}")
    try:
        return RunJob.model_validate({"kind": kind, **fields})
    except ValidationError as error:
        raise BadInput(_one_line(kind, error)) from error


def cancel_job(key: str) -> CancelJob:
    """The command to cancel the job of this key; BadInput for what is no key."""
    try:
        return CancelJob(key=key)
    except ValidationError as error:
        raise BadInput(f"{key[:80]!r} is no job's key: give e.g. weekly/2026-11-18") from error


def exclusive_with(command: RunJob) -> str:
    """What runs one at a time: a week's work, checkpoints, simulations, rebuilds, questions, a strategy.

    A checkpoint is not in its week's group: on a Wednesday it acts on the last week while the new
    one is still being researched.
    """
    match command.kind:
        case JobKind.CHECKPOINT:
            return "checkpoints"
        case JobKind.SIMULATE:
            return "simulations"
        case JobKind.REBUILD:
            return "read models"
        case JobKind.COUNCIL | JobKind.ASK:
            return "questions"
        case JobKind.CYCLE | JobKind.DISCOVERY | JobKind.MEASURE:
            return f"strategy/{EQUITY}"
        case _:
            return f"week/{command.week_id}"


def _rerun_key(command: RunJob) -> str:
    what = {"stage": command.stage, "overrides": dict(command.overrides)}
    return f"rerun/{command.week_id}/{fingerprint(what)[:HASH_LENGTH]}"


def _cycle_key(command: RunJob) -> str:
    """A dry run over the watchlist is ``cycle/equity_cycle/dry/watchlist``."""
    of = fingerprint(sorted(command.symbols))[:HASH_LENGTH] if command.symbols else "watchlist"
    return f"cycle/{EQUITY}/{'execute' if command.execute else 'dry'}/{of}"


_KEYS: Mapping[JobKind, Callable[[RunJob], str]] = MappingProxyType(
    {
        JobKind.WEEKLY: lambda job: f"weekly/{job.week_id}",
        JobKind.STAGE: lambda job: f"stage/{job.week_id}/{job.stage}",
        JobKind.RERUN: _rerun_key,
        JobKind.CHECKPOINT: lambda job: f"checkpoint/{job.session}/{job.time}",
        JobKind.POSTMORTEM: lambda job: f"postmortem/{job.week_id}",
        JobKind.REPLAY: lambda job: f"replay/{job.week_id}",
        JobKind.SIMULATE: lambda job: f"simulate/{job.start}/{job.end}/{job.seed}",
        JobKind.REBUILD: lambda _: "rebuild/all",
        JobKind.EXPORT: lambda job: f"export/{job.week_id}",
        JobKind.COUNCIL: lambda job: f"council/{job.conversation_id}",
        JobKind.CYCLE: _cycle_key,
        JobKind.ASK: lambda job: f"ask/{job.conversation_id}",
        JobKind.DISCOVERY: lambda _: f"discovery/{EQUITY}",
        JobKind.MEASURE: lambda _: f"measure/{EQUITY}",
    }
)


def _refuse_fields(command: RunJob) -> None:
    """BadInput for a field that is missing, or that this kind would ignore."""
    takes = TAKES[command.kind]
    given = {
        name
        for name in RunJob.model_fields
        if name not in ("kind", "note") and getattr(command, name) not in NOTHING
    }
    for name in takes.needs:
        if name not in given:
            raise BadInput(f"{command.kind} needs {name}: say which")
    for name in sorted(given - set(takes.needs) - set(takes.may_have)):
        raise BadInput(f"{command.kind} takes no {name}: leave it out")


def _refuse_week(week_id: str | None) -> None:
    if week_id is None:
        return
    try:
        day = date.fromisoformat(week_id)
    except ValueError as error:
        raise BadInput(
            f"week {week_id[:40]!r} is no date: write the week's Wednesday, e.g. 2026-11-18"
        ) from error
    if week_of(day) != week_id:
        raise BadInput(
            f"week {week_id} is not named by its Wednesday: {day} is in week {week_of(day)}"
        )


def _refuse_stage(command: RunJob) -> None:
    if command.stage is None:
        return
    known = PLANNED if command.kind is JobKind.RERUN else STAGES
    if command.stage not in known:
        raise BadInput(f"{command.stage[:40]!r} is no stage: use one of {', '.join(known)}")


def _one_line(kind: str, error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"] if part != "[key]") or "command"
    if first["type"] == "extra_forbidden":
        return f"{kind} takes no {where[:60]}: leave it out"
    why = first["msg"].removeprefix("Value error, ")
    wrong = str(first["input"])[:60]
    return f"{kind}: {where[:60]} cannot be {wrong!r}: {why[0].lower()}{why[1:]}"
