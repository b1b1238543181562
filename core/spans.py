"""Spans: what the process did for how long, told to whoever listens; nobody does by default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeAlias

Fact: TypeAlias = str | int | float | bool


class Span(Protocol):
    """A piece of work under way."""

    def note(self, **facts: Fact) -> None:
        """Counts, names and decisions; never a prompt, an answer or a key."""
        ...


class Spans(Protocol):
    """Where spans go. An error that leaves the block ends its span as failed and passes through."""

    def span(self, name: str, **facts: Fact) -> AbstractContextManager[Span]: ...


class _Unheard:
    def note(self, **facts: Fact) -> None: ...

    @contextmanager
    def span(self, name: str, **facts: Fact) -> Iterator[Span]:
        yield self


_UNHEARD = _Unheard()
_listening: ContextVar[Spans] = ContextVar("spans")


@contextmanager
def listening(spans: Spans) -> Iterator[None]:
    """For the block, and for the tasks begun in it, ``spans`` hears of everything."""
    token = _listening.set(spans)
    try:
        yield
    finally:
        _listening.reset(token)


def span(name: str, **facts: Fact) -> AbstractContextManager[Span]:
    """One piece of work, told to the listener."""
    return _listening.get(_UNHEARD).span(name, **facts)
