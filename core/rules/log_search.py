"""The plain search: a question's own words become looks, and what they find is the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from core.rules.question_reading import QuestionReading
from core.schemas.question import MOST_CITED, Finding, LogRequest, LogTool, ToolResult
from core.types import week_of

SEARCH = "rules/search"
MOST_SYMBOLS, MOST_WORDS = 3, 2
LINES = 12


def plain_looks(reading: QuestionReading, today: date) -> tuple[LogRequest, ...]:
    """What the question plainly asks for; empty when it names nothing but words."""
    days = {**_days(reading), "account": reading.account}
    symbols = reading.symbols[:MOST_SYMBOLS] or ((None,) if reading.traded else ())
    looks = [_look(LogTool.TRADES, symbol=one, side=reading.side, **days) for one in symbols]
    if reading.action and not reading.symbols:
        looks.append(_look(LogTool.EVENTS, action=reading.action, **days))
    if reading.types:
        looks.append(_look(LogTool.EVENTS, types=reading.types, **days))
    if reading.tool is not None and not reading.symbols:
        looks.append(_figures(reading, reading.tool, today))
    return tuple(looks)


def wider_looks(reading: QuestionReading) -> tuple[LogRequest, ...]:
    """Where the plain looks found nothing: events that name the symbol, or say the longest words.

    None for a question of a known kind without a symbol: that nothing was found is its answer.
    """
    days = _days(reading)
    if reading.symbols:
        named = reading.symbols[:MOST_SYMBOLS]
        return tuple(_look(LogTool.EVENTS, symbol=symbol, **days) for symbol in named)
    if reading.action or reading.types or reading.tool or reading.traded:
        return ()
    words = reading.words[:MOST_WORDS]
    if not words:
        return (_look(LogTool.EVENTS, account=reading.account, **days),)
    return tuple(_look(LogTool.EVENTS, text=word, **days) for word in words)


def search_text(reading: QuestionReading, results: Sequence[ToolResult], *, wider: bool) -> str:
    """What was found, in lines; or that nothing was, and what was looked for.

    ``wider`` when what was found only mentions the symbol asked for.
    """
    found = [one for result in results for one in result.findings]
    lines = [line for result in results for line in result.lines]
    if not found and not lines:
        return f"The log holds nothing about {_sought(reading)}."
    head = f"A plain search for {_sought(reading)}; no model read the question."
    if wider and reading.symbols:
        head = f"The log holds nothing about {_sought(reading)}. These events mention the symbol."
    return "\n".join((head, *(f"- {line}" for line in lines[:LINES]), *_counted(found)))


def _counted(found: Sequence[Finding]) -> Sequence[str]:
    events = len({one.event_id for one in found})
    if events > MOST_CITED:
        return (f"{events} events found, the first {MOST_CITED} are cited.",)
    return (f"{events} event{'' if events == 1 else 's'} found and cited.",) if events else ()


def _figures(reading: QuestionReading, tool: LogTool, today: date) -> LogRequest:
    if tool is LogTool.COSTS:
        return _look(tool, week=week_of(reading.until or today))
    if tool is LogTool.METRICS:
        return _look(tool, account=reading.account)
    since = reading.since or today - timedelta(days=7)
    return _look(tool, since=since.isoformat(), until=(reading.until or today).isoformat())


def _look(tool: LogTool, **filters: Any) -> LogRequest:
    given = {name: value for name, value in filters.items() if value is not None}
    return LogRequest(tool=tool, **given)


def _days(reading: QuestionReading) -> dict[str, str | None]:
    since, until = reading.since, reading.until
    return {
        "since": None if since is None else since.isoformat(),
        "until": None if until is None else until.isoformat(),
    }


def _sought(reading: QuestionReading) -> str:
    parts = [*reading.symbols, *filter(None, (reading.account,))]
    parts += [one.value for one in (reading.side, reading.action) if one is not None]
    parts += [" or ".join(reading.types)] if reading.types else []
    if not parts:
        parts = [reading.tool.value] if reading.tool else ["orders"] if reading.traded else []
    if not parts:
        parts = [f"“{word}”" for word in reading.words[:MOST_WORDS]] or ["any event"]
    period = f", {reading.since} to {reading.until}" if reading.since else ""
    return f"{', '.join(parts)}{period}"
