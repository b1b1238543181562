"""Logs: one structured line an occurrence, JSON where nobody watches, never with a key in it.

Library code logs through the standard library; both ways end in the same processors, and every
line tells the trace, week, run and job it belongs to (`core.tracing`).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from config.access_log import access_filter
from config.environment import LogFormat, LogLevel
from config.known_secrets import known_values
from config.settings import Settings
from core.redaction import scrubbed
from core.tracing import bound

OWN_HANDLERS = ("streamlit", "uvicorn", "tornado", "alembic", "schedule")
"""Libraries that bring handlers of their own: theirs go, their lines stay."""
CHATTY = ("httpx", "httpcore", "urllib3", "alembic", "schedule", "asyncio")
"""Libraries that say at INFO what is of interest only to whoever debugs them."""


def configure(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Logs as the settings want them, without any key those settings know."""
    configure_logging(
        settings.log_level, settings.log_format, secrets=known_values(settings), stream=stream
    )


def configure_logging(
    level: LogLevel,
    fmt: LogFormat = "auto",
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Sends every log line of this process to ``stream`` (standard error); once a process is enough.

    ``auto`` is for people where the stream is a terminal and JSON everywhere else.
    """
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    readable = fmt == "console" or (fmt == "auto" and out.isatty())
    handler.setFormatter(_formatter(tuple(secrets), readable=readable))
    handler.addFilter(access_filter(verbose=level == "DEBUG"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _adopt_libraries(verbose=level == "DEBUG")
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_told(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _told() -> Sequence[Processor]:
    """What every line says besides its event."""
    return (
        structlog.contextvars.merge_contextvars,
        _with_bound,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    )


def _formatter(secrets: tuple[str, ...], *, readable: bool) -> ProcessorFormatter:
    # longest first: a key that contains another one goes as a whole
    ordered = sorted(secrets, key=len, reverse=True)

    def without_keys(text: str) -> str:
        return scrubbed(text, ordered)

    renderer: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer(sort_keys=True, default=str, ensure_ascii=False)
    )
    return ProcessorFormatter(
        foreign_pre_chain=[*_told(), structlog.stdlib.ExtraAdder()],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _redaction(without_keys),
            renderer,
        ],
    )


def _with_bound(_logger: WrappedLogger, _method: str, told: EventDict) -> EventDict:
    for name, value in bound().items():
        told.setdefault(name, value)
    return told


def _redaction(without_keys: Callable[[str], str]) -> Processor:
    def redact(_logger: WrappedLogger, _method: str, told: EventDict) -> EventDict:
        return {
            without_keys(str(name)): _clean(value, without_keys) for name, value in told.items()
        }

    return redact


def _clean(value: Any, without_keys: Callable[[str], str]) -> Any:
    """The value without keys; whatever is no plain value becomes its text."""
    match value:
        case bool() | int() | float() | None:
            return value
        case dict():
            return {without_keys(str(k)): _clean(v, without_keys) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(each, without_keys) for each in value]
        case _:
            return without_keys(str(value))


def _adopt_libraries(*, verbose: bool) -> None:
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in OWN_HANDLERS:
            library = logging.getLogger(name)
            library.handlers, library.propagate = [], True
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET if verbose else logging.WARNING)
