"""A question over the log read by rules: which symbols, which days, and what was done."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from core.schemas.question import LogSpan, LogTool
from core.types import CheckpointAction, Side

WORD = re.compile(r"[A-Za-z][A-Za-z0-9.&'_-]*|\d{4}-\d{2}-\d{2}|\d+")
ISO_DAY = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
YEAR = re.compile(r"\b((?:19|20)\d{2})\b(?!-)")
ACCOUNT = re.compile(r"\bacct_[1-9][0-9]?\b")
TICKER = re.compile(r"\$?\b([A-Z]{2,5}(?:\.[A-Z])?)\b")
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
SHORT = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
NO_TICKER = frozenset(
    "WHY WHAT WHEN WHO HOW DID WE THE AND OR IN ON AT OF TO DO IT IS BE BY NO NOT ALL ANY FOR USD "
    "UTC PM AM PMS CEO AI LLM ETF BUY SELL EXIT FLIP HALT STAY REDUCE FLAT LONG SHORT".split()
)
SELLS, BUYS = frozenset({"sell", "sold", "selling", "sells"}), frozenset({"buy", "bought", "buys"})
TRADED = frozenset(
    {"trade", "trades", "traded", "order", "orders", "fill", "fills", "filled", "held", "position"}
)
ACTIONS = {
    "flip": CheckpointAction.FLIP,
    "exit": CheckpointAction.EXIT,
    "reduce": CheckpointAction.REDUCE,
    "halve": CheckpointAction.REDUCE,
}
TYPED = {
    ("refus", "reject"): ("OrderRejected", "CheckpointLimited"),
    ("halt", "breaker", "tripp"): ("BreakerTripped", "BreakerReleased"),
    ("limit",): ("CheckpointLimited", "RiskAssessed"),
    ("postmortem",): ("PostmortemWritten",),
    ("chairman", "decide", "decision"): ("ChairmanDecided",),
    ("alert",): ("AlertRaised",),
}
TOOLS = {
    ("cost", "spend", "spent", "token", "dollar", "budget"): LogTool.COSTS,
    ("perform", "return", "drawdown", "sharpe", "profit", "hit rate"): LogTool.METRICS,
    ("slot", "job", "slow", "late", "fail", "error"): LogTool.TRACES,
}
FILLER = frozenset(
    "why what when where who which how did does do was were is are the a an and or in on at of to "
    "for from by with we us our it its this that last week month year yesterday today any much "
    "many there have has had been me tell show about happen happened so long anything something "
    "everything nothing".split()
)


@dataclass(frozen=True, slots=True)
class QuestionReading:
    """What rules make of a question; None and empty where it does not say."""

    symbols: tuple[str, ...]
    account: str | None
    since: date | None
    until: date | None
    side: Side | None
    traded: bool
    action: CheckpointAction | None
    types: tuple[str, ...]
    tool: LogTool | None
    words: tuple[str, ...]


def read_question(question: str, span: LogSpan, today: date) -> QuestionReading:
    """The question's symbols, days and verbs; ``today`` is when the newest event happened."""
    low = question.lower()
    words = [word.lower() for word in WORD.findall(question)]
    period = _period(question, words, today)
    side = Side.SELL if SELLS & set(words) else Side.BUY if BUYS & set(words) else None
    account = ACCOUNT.search(low)
    symbols = tuple(dict.fromkeys(_symbols(question, words, span)))
    return QuestionReading(
        symbols=symbols,
        account=account.group() if account else None,
        since=period[0],
        until=period[1],
        side=side,
        traded=side is not None or bool(TRADED & set(words)),
        action=next((act for stem, act in ACTIONS.items() if stem in low), None),
        types=next((types for stems, types in TYPED.items() if _has(words, stems)), ()),
        tool=next((tool for stems, tool in TOOLS.items() if _has(words, stems)), None),
        words=tuple(_telling(words, symbols)),
    )


def _has(words: list[str], stems: tuple[str, ...]) -> bool:
    return any(word.startswith(stem) for word in words for stem in stems)


def _symbols(question: str, words: list[str], span: LogSpan) -> Iterator[str]:
    """What the log ever ordered, in any case of letters; else what is spelled like a ticker."""
    known = {symbol.lower(): symbol for symbol in span.symbols}
    for word in words:
        if word in known and (word not in FILLER or known[word] in question):
            yield known[word]
    for found in TICKER.findall(question):
        if found not in NO_TICKER and found.lower() not in SHORT and found.lower() not in MONTHS:
            yield found


def _period(question: str, words: list[str], today: date) -> tuple[date | None, date | None]:
    days = [day for text in ISO_DAY.findall(question) if (day := _day(text)) is not None]
    if days:
        return min(days), max(days)
    year = YEAR.search(question)
    month = _month(question, words)
    if month is not None:
        number = int(year.group(1)) if year else today.year - (month > today.month)
        return date(number, month, 1), date(number, month, calendar.monthrange(number, month)[1])
    if year:
        return date(int(year.group(1)), 1, 1), date(int(year.group(1)), 12, 31)
    return _relative(question.lower(), today)


def _relative(low: str, today: date) -> tuple[date | None, date | None]:
    if "yesterday" in low:
        return today - timedelta(days=1), today - timedelta(days=1)
    if "today" in low:
        return today, today
    monday = today - timedelta(days=today.weekday())
    if "last week" in low:
        return monday - timedelta(days=7), monday - timedelta(days=1)
    if "this week" in low:
        return monday, today
    if "last month" in low:
        end = today.replace(day=1) - timedelta(days=1)
        return end.replace(day=1), end
    return None, None


def _month(question: str, words: list[str]) -> int | None:
    """May is a month only when it is written so; the others in any letters, short ones too."""
    for word in words:
        number = MONTHS.get(word) or SHORT.get(word)
        if number is None or (word == "may" and not re.search(r"\bMay\b", question)):
            continue
        if word == "mar" and "Mar" not in question:
            continue
        return number
    return None


def _telling(words: list[str], symbols: tuple[str, ...]) -> Iterator[str]:
    """The words a text search may go by, the longest first."""
    seen = {symbol.lower() for symbol in symbols}
    for word in sorted(dict.fromkeys(words), key=lambda one: (-len(one), one)):
        month = word in MONTHS or word in SHORT
        if (
            len(word) > 2
            and not word.isdigit()
            and word not in FILLER
            and word not in seen
            and not month
        ):
            yield word


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
