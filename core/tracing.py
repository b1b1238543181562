"""Which trace, week, run and job the work under way belongs to: bound once, told by every log line.

A trace begins where a person or a slot asks for something and ends at the orders that came of it:
its id is in the telemetry of every event meanwhile. Telemetry is never hashed, so a trace changes
nothing of what happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from uuid import uuid4

TRACE_ID = "trace_id"
NOTHING: Mapping[str, str] = MappingProxyType({})

_bound: ContextVar[Mapping[str, str]] = ContextVar("bound", default=NOTHING)


def bound() -> Mapping[str, str]:
    """What is bound now, by name: ``trace_id``, ``week_id``, ``run_id``, ``job_id``, ``stage``."""
    return _bound.get()


@contextmanager
def bind(**names: str | None) -> Iterator[None]:
    """These names, over what is bound already, for the block and the tasks begun in it.

    A None changes nothing. A thread begun by hand starts with nothing bound, ``asyncio.to_thread``
    does not.
    """
    given = {name: value for name, value in names.items() if value is not None}
    token = _bound.set(MappingProxyType({**_bound.get(), **given}))
    try:
        yield
    finally:
        _bound.reset(token)


@contextmanager
def traced(trace_id: str | None = None) -> Iterator[str]:
    """A trace for the block: ``trace_id`` when given, else the one there is, else a new one."""
    chosen = trace_id or bound().get(TRACE_ID) or new_trace_id()
    with bind(trace_id=chosen):
        yield chosen


def new_trace_id() -> str:
    """32 hexadecimal digits; random, as nothing may depend on it."""
    return uuid4().hex


def trace_telemetry() -> Mapping[str, str]:
    """What every event written now carries beside its history."""
    found = _bound.get().get(TRACE_ID)
    return NOTHING if found is None else {TRACE_ID: found}
