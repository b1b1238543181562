"""The kinds of jobs, what each needs to be asked for, and how a day and a time are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, NamedTuple, TypeAlias

from pydantic import AfterValidator, BeforeValidator, StringConstraints

STAGES = (
    "market_snapshot",
    "research_a",
    "research_b",
    "pitch",
    "peer_review",
    "chairman",
    "risk",
    "order_plan",
    "execution",
)
"""A week's stages in the order of a run; `core.pipelines.weekly` builds them."""
CYCLE_STAGES = (
    "cycle_market",
    "data_analyst",
    "risk_manager",
    "validator",
    "meta_decision",
    "cycle_plan",
    "execution",
)
"""A trading cycle's stages in order; `core.pipelines.cycle` builds them. A dry run leaves out the last."""
MOST_SYMBOLS = 60
TALK = ("collect_responses", "collect_rankings", "synthesize_final")
"""The stages of a question to the bare council."""
LOOKED_UP = ("answer_from_log",)
"""The stage of a question over the log."""
PLANNED = STAGES[:-1]
"""The stages of a what-if: it ends with the orders it would have placed."""
LONGEST_QUESTION = 20_000
LONGEST_LOG_QUESTION = 2_000
MOST_MEMBERS = 20

Note: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]


def _day(value: object) -> object:
    """A date, or its text; nothing else means a day (a number would be seconds since 1970)."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("write a day as YYYY-MM-DD") from error


def _wall(value: str) -> str:
    if _WALL.fullmatch(value) is None:
        raise ValueError("write a time of New York as HH:MM")
    return value


_WALL = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
Wall: TypeAlias = Annotated[str, AfterValidator(_wall)]
OverrideKey: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,99}$")]
Question: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION)
]
ModelName: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200)]
OverrideText: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40_000)
]


class JobKind(StrEnum):
    WEEKLY = "weekly"
    STAGE = "stage"
    RERUN = "rerun"
    CHECKPOINT = "checkpoint"
    POSTMORTEM = "postmortem"
    REPLAY = "replay"
    SIMULATE = "simulate"
    REBUILD = "rebuild"
    EXPORT = "export"
    COUNCIL = "council"
    CYCLE = "cycle"
    ASK = "ask"
    DISCOVERY = "discovery"
    MEASURE = "measure"


class Takes(NamedTuple):
    """The fields a kind cannot do without, and those it may have; ``note`` is free everywhere."""

    needs: tuple[str, ...] = ()
    may_have: tuple[str, ...] = ()


TAKES: Mapping[JobKind, Takes] = MappingProxyType(
    {
        JobKind.WEEKLY: Takes(("week_id",)),
        JobKind.STAGE: Takes(("week_id", "stage")),
        JobKind.RERUN: Takes(("week_id", "stage"), ("overrides",)),
        JobKind.CHECKPOINT: Takes(("session", "time")),
        JobKind.POSTMORTEM: Takes(("week_id",)),
        JobKind.REPLAY: Takes(("week_id",)),
        JobKind.SIMULATE: Takes(("start", "end", "seed")),
        JobKind.REBUILD: Takes(),
        JobKind.EXPORT: Takes(("week_id",)),
        JobKind.COUNCIL: Takes(("question",), ("models", "sequence")),
        JobKind.CYCLE: Takes((), ("symbols", "execute")),
        JobKind.ASK: Takes(("question",), ("sequence",)),
        JobKind.DISCOVERY: Takes(),
        JobKind.MEASURE: Takes(),
    }
)
