"""Our own rate limit before a key: a burst, then a steady flow, below the vendor's limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from core.errors import BrokerUnavailable

PER_MINUTE = 180
BURST = 20
"""Alpaca allows 200 calls a minute and key: a burst and a minute's flow stay within that."""


class TokenBucket:
    """Shared by every caller of one key; safe between threads.

    ``take`` waits for its turn, in the order of asking, but never longer than it may.
    """

    def __init__(
        self,
        per_minute: float = PER_MINUTE,
        burst: int = BURST,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_s = per_minute / 60
        self._burst = burst
        self._monotonic = monotonic
        self._sleep = sleep
        self._tokens = float(burst)
        self._at = monotonic()
        self._guard = threading.Lock()

    def take(self, within_s: float) -> float:
        """Seconds waited; BrokerUnavailable at once when the turn comes later than ``within_s``."""
        with self._guard:
            now = self._monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_s)
            self._at = now
            wait = max(0.0, (1 - self._tokens) / self._per_s)
            if wait > within_s:
                raise BrokerUnavailable(
                    f"too many calls to Alpaca at once: the next is due in {wait:.1f} s, "
                    f"this one may wait {within_s:.1f} s; nothing was sent, try again later"
                )
            self._tokens -= 1
        if wait:
            self._sleep(wait)
        return wait
