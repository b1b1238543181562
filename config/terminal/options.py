"""The options commands share, and what their texts mean."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, TypeAlias, get_args

import typer

from config.loading import ProfileChoice
from core.clock import in_new_york
from core.errors import BadInput
from core.types import WeekId, week_of

Store: TypeAlias = Annotated[
    str | None, typer.Option("--store", metavar="URL", help="A database URL or a file's path.")
]
ProfileName: TypeAlias = Annotated[
    str | None, typer.Option("--profile", help="auto, live, local or rules (config/models.yaml).")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON document, no words.")]
Week: TypeAlias = Annotated[
    str | None, typer.Option("--week", metavar="DATE", help="Any date in the week; default: now.")
]
OneWeek: TypeAlias = Annotated[
    str | None, typer.Option("--week", metavar="DATE", help="Any date in the week.")
]
ReadWeek: TypeAlias = Annotated[
    str | None,
    typer.Option("--week", metavar="DATE", help="Any date in the week; default: the newest run."),
]
Count: TypeAlias = Annotated[int, typer.Option("--count", min=1, max=1000, help="How many.")]
Reason: TypeAlias = Annotated[
    str | None, typer.Option("--reason", help="Why; it is kept with the event.")
]
Seed: TypeAlias = Annotated[int, typer.Option("--seed", help="Labels, orders, generated prices.")]

FIRST_YEAR = 1990
"""No desk and no calendar here goes back further."""


def day(text: str, option: str) -> date:
    """An ISO date; BadInput names the option, the value and the form."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{option} {text!r} is not a date: write YYYY-MM-DD") from error
    if found.year < FIRST_YEAR:
        raise BadInput(f"{option} {text} is too early: give a date from {FIRST_YEAR} on")
    return found


def profile(text: str | None) -> ProfileChoice | None:
    """The profile asked for; BadInput for one that is not there."""
    known = {name: name for name in get_args(ProfileChoice)}
    if text is not None and text not in known:
        raise BadInput(f"--profile {text!r} is unknown: use {', '.join(known)}")
    return None if text is None else known[text]


def week(text: str | None, now: datetime, option: str = "--week") -> WeekId:
    """The week of a date, the current one in New York by default."""
    return week_of(in_new_york(now).date() if text is None else day(text, option))


def wall(text: str, allowed: tuple[time, ...]) -> time:
    """One of the checkpoint times of the schedule."""
    known = {f"{one:%H:%M}": one for one in allowed}
    if text not in known:
        raise BadInput(f"--time {text!r} is no checkpoint: use one of {', '.join(known)}")
    return known[text]
