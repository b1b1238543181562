"""A failure of a service that the questions right after it share, instead of waiting again each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from core.clock import Clock
from core.errors import MarketUnavailable

T = TypeVar("T")
SHARED = timedelta(seconds=30)
"""A read of the universe asks symbol by symbol after a failure: it would wait for each."""


class SharedFailure:
    """Asks a service; for `SHARED` after it was unavailable the answer is that same error."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: tuple[datetime, str] | None = None

    def ask(self, question: Callable[[], T]) -> T:
        """The service's answer; any MarketUnavailable of it is kept for a while."""
        if self._failed is not None and self._clock.now() - self._failed[0] < SHARED:
            raise MarketUnavailable(self._failed[1])
        try:
            answer = question()
        except MarketUnavailable as error:
            self._failed = (self._clock.now(), str(error))
            raise
        self._failed = None
        return answer
