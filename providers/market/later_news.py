"""A news feed that is made with its first question: most commands never ask for headlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from core.market import Headline
from core.ports import NewsFeed


class LaterNews:
    """The NewsFeed port over one that is made once, by whoever asks first; ``source`` is its name."""

    def __init__(self, source: str, make: Callable[[], NewsFeed]) -> None:
        self.source = source
        self._make = make
        self._made: NewsFeed | None = None
        self._lock = Lock()

    def headlines(self, symbols: Sequence[str], as_of: datetime, limit: int) -> Sequence[Headline]:
        with self._lock:
            if self._made is None:
                self._made = self._make()
        return self._made.headlines(symbols, as_of, limit)
