"""A question over the log: what a model may ask of it, what it gets, and an answer that cites events."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from core.schemas.base import Schema, Symbol, Text
from core.types import CheckpointAction, Side, WeekId

MOST_ROWS = 20
MOST_CALLS = 4
MOST_CITED = 20
EventId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
Named: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=120)]
EventType: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z]{2,59}$")]
Iso: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Account: TypeAlias = Annotated[str, StringConstraints(pattern=r"^acct_[1-9][0-9]?$")]


class LogTool(StrEnum):
    """What can be looked up; every one of them reads, none can write."""

    EVENTS = "events"
    EVENT = "event"
    TRADES = "trades"
    COSTS = "costs"
    METRICS = "metrics"
    TRACES = "traces"


FILTERS: dict[LogTool, frozenset[str]] = {
    LogTool.EVENTS: frozenset(
        {"text", "types", "action", "week", "symbol", "account", "since", "until"}
    ),
    LogTool.EVENT: frozenset({"event_id"}),
    LogTool.TRADES: frozenset({"symbol", "account", "side", "week", "since", "until"}),
    LogTool.COSTS: frozenset({"week"}),
    LogTool.METRICS: frozenset({"account"}),
    LogTool.TRACES: frozenset({"text", "since", "until"}),
}
"""The filters each tool takes; one that it would ignore is refused, not dropped in silence."""
FREE = frozenset({"tool", "limit"})


class LogRequest(Schema):
    """One look into the read models.

    ``since`` and ``until`` are days of New York, both included, ``week`` is a week's Wednesday.
    ``text`` is looked for in what an event says, capitals or not; ``action`` is what a checkpoint did.
    """

    tool: LogTool
    text: Named | None = None
    types: tuple[EventType, ...] = Field(default=(), max_length=8)
    week: Iso | None = None
    symbol: Symbol | None = None
    account: Account | None = None
    side: Side | None = None
    action: CheckpointAction | None = None
    since: Iso | None = None
    until: Iso | None = None
    event_id: EventId | None = None
    limit: int = Field(default=10, ge=1, le=MOST_ROWS)

    @model_validator(mode="after")
    def _only_what_the_tool_takes(self) -> Self:
        takes = FILTERS[self.tool]
        given = {name for name in type(self).model_fields if getattr(self, name) not in (None, ())}
        wrong = sorted(given - FREE - takes)
        if wrong:
            raise ValueError(
                f"{self.tool} takes no {', '.join(wrong)}: it takes {', '.join(sorted(takes))}"
            )
        if self.tool is LogTool.EVENT and self.event_id is None:
            raise ValueError("event needs event_id: say which")
        for name in ("since", "until", "week"):
            _refuse_no_day(name, getattr(self, name))
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"until {self.until} lies before since {self.since}: swap them")
        return self

    @property
    def told(self) -> str:
        """The request in a line, for people."""
        given = self.model_dump(mode="json", exclude={"tool", "limit"}, exclude_none=True)
        parts = (f"{name} {_plain(value)}" for name, value in given.items() if value)
        return " · ".join((self.tool.value, *parts))


class Finding(Schema):
    """One event that was found; ``says`` is cut where it is long."""

    event_id: str
    type: str
    at: datetime
    stream: str
    week_id: WeekId | None = None
    says: str


class ToolResult(Schema):
    """What one look gave: events and lines of figures; ``more`` when there is more than is shown."""

    findings: tuple[Finding, ...] = ()
    lines: tuple[str, ...] = ()
    more: bool = False

    @property
    def event_ids(self) -> tuple[str, ...]:
        return tuple(one.event_id for one in self.findings)


class LogSpan(Schema):
    """What the log covers: its first and last day in New York and the symbols it ever ordered."""

    first: date | None = None
    last: date | None = None
    symbols: tuple[str, ...] = ()


class Look(Schema):
    """One request of an answer, and how many events it found."""

    request: LogRequest
    found: int
    lines: int
    more: bool = False


class LogTurn(Schema):
    """One step of a model: either looks into the log, or the answer with the events it rests on."""

    looks: tuple[LogRequest, ...] = Field(default=(), max_length=MOST_CALLS)
    answer: Text | None = None
    cites: tuple[EventId, ...] = Field(default=(), max_length=MOST_CITED)

    @model_validator(mode="after")
    def _looks_or_answers(self) -> Self:
        if bool(self.looks) == (self.answer is not None):
            raise ValueError("give either looks or answer, never both and never neither")
        if self.looks and self.cites:
            raise ValueError("cites belong to an answer: leave them out beside looks")
        return self


class LogAnswer(Schema):
    """What came of a question; ``by`` is the model that answered or ``rules/search``.

    ``fell_back`` says why a search stands in place of a model's answer, "" where nothing else was
    meant to answer. Every event cited was found by one of the ``looks``.
    """

    text: str
    cites: tuple[Finding, ...]
    by: str
    looks: tuple[Look, ...]
    turns: int = 0
    fell_back: str = ""


class PastLook(Schema):
    """A look and its result as the next turn reads them."""

    request: str
    result: str


class QuestionBrief(Schema):
    """What a model is told at a turn; ``turn`` counts from 1, at ``turns`` it has to answer."""

    question: str
    asked_on: date
    span: LogSpan
    turn: int
    turns: int
    looks: tuple[PastLook, ...] = ()

    @property
    def must_answer(self) -> bool:
        return self.turn >= self.turns


def _refuse_no_day(name: str, value: str | None) -> None:
    if value is None:
        return
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{name} {value} is no day: write YYYY-MM-DD") from None


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
