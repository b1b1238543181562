"""Lanes: work that runs side by side, at most one piece a lane."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class Lanes:
    """Tasks of one event loop by lane; a lane that is busy takes nothing more until it is free."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    def busy(self, lane: str) -> bool:
        task = self._tasks.get(lane)
        return task is not None and not task.done()

    @property
    def idle(self) -> bool:
        return not any(self.busy(lane) for lane in self._tasks)

    def start(self, lane: str, work: Coroutine[Any, Any, Any]) -> None:
        """Begin; the lane must be free (ValueError)."""
        if self.busy(lane):
            work.close()
            raise ValueError(f"lane {lane} is busy")
        self._tasks[lane] = asyncio.ensure_future(work)

    def ended(self) -> list[BaseException]:
        """Forget what is over; what it raised, if anything. A cancelled task counts as CancelledError."""
        over = {lane: task for lane, task in self._tasks.items() if task.done()}
        for lane in over:
            del self._tasks[lane]
        raised: list[BaseException] = []
        for task in over.values():
            error = asyncio.CancelledError() if task.cancelled() else task.exception()
            if error is not None:
                raised.append(error)
        return raised

    async def wait(self, timeout_s: float | None = None) -> None:
        """Until everything under way is over, or the time is up."""
        tasks = [task for task in self._tasks.values() if not task.done()]
        if tasks:
            await asyncio.wait(tasks, timeout=timeout_s)

    async def cancel(self) -> None:
        """End everything under way at its next pause, and wait until it has."""
        for task in self._tasks.values():
            task.cancel()
        await self.wait()
