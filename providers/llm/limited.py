"""One provider's limits: so many calls at once, so many a minute, whoever asks from whichever loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.ports import LanguageModel
from core.schemas.model_call import ModelAnswer, ModelRequest

MINUTE_S = 60.0


class LimitedModel:
    """The LanguageModel port, waiting its turn; share one object for every model of a provider.

    The wait is no part of a call's own deadline.
    """

    def __init__(
        self,
        inner: LanguageModel,
        concurrency: int,
        per_minute: int,
        *,
        minute_s: float = MINUTE_S,
    ) -> None:
        self._inner = inner
        self._turns = Turns(concurrency, per_minute, minute_s)

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        async with self._turns.turn():
            return await self._inner.complete(request)


class Turns:
    """``concurrency`` holders at once, ``per_minute`` starts within any ``minute_s``, first come first.

    Each run has an event loop of its own and some run in threads, so nothing here belongs to a
    loop: the state stands under a plain lock that is never held while anybody waits. A turn passes
    to the next in line under that lock; waking it is only the news of it, and a waiter whose loop
    is gone is passed over.
    """

    def __init__(self, concurrency: int, per_minute: int, minute_s: float = MINUTE_S) -> None:
        self._free = concurrency
        self._minute_s = minute_s
        self._starts: deque[float] = deque(maxlen=per_minute)
        self._line: deque[_Waiter] = deque()
        self._lock = threading.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        await self._enter()
        try:
            await asyncio.sleep(self._until_start())
            yield
        finally:
            self._leave()

    async def _enter(self) -> None:
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            waiter = _Waiter(asyncio.get_running_loop())
            self._line.append(waiter)
        try:
            await waiter.woken.wait()
        except asyncio.CancelledError:
            with self._lock:
                if not waiter.has_turn:
                    self._line.remove(waiter)
            if waiter.has_turn:
                self._leave()
            raise

    def _leave(self) -> None:
        with self._lock:
            while self._line:
                if self._line.popleft().wake():
                    return
            self._free += 1

    def _until_start(self) -> float:
        """Seconds until this call may start; its place in the minute is taken now."""
        with self._lock:
            now = time.monotonic()
            full = len(self._starts) == self._starts.maxlen
            start = max(now, self._starts[0] + self._minute_s) if full else now
            self._starts.append(start)
        return start - now


class _Waiter:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.woken = asyncio.Event()
        self.has_turn = False
        self._loop = loop

    def wake(self) -> bool:
        """Gives it the turn; False when its loop is closed and nobody is there to take it."""
        try:
            self._loop.call_soon_threadsafe(self.woken.set)
        except RuntimeError:
            return False
        self.has_turn = True
        return True
