"""What a worker says on its terminal, a line at a time, the same line not twice in a row."""

from __future__ import annotations

import logging
import time

from core.desk.job_state import JobState
from core.errors import CouncilError

LOGGER = logging.getLogger("council.worker")
REPEAT_S = 300.0


class Told:
    """What one worker said last."""

    def __init__(self) -> None:
        self._said = ""
        self._ended: dict[str, float] = {}

    def once(self, line: str) -> None:
        """A state that goes on is said when it begins; an empty line ends it."""
        if line and line != self._said:
            say(line)
        self._said = line

    def ended(self, error: BaseException) -> None:
        """A lane that ends this way at every round says so every few minutes, not every second."""
        ours, now = isinstance(error, CouncilError), time.monotonic()
        line = f"error: {error}" if ours else f"defect: {type(error).__name__}: {error}"
        if now - self._ended.get(line, -REPEAT_S) < REPEAT_S:
            return
        self._ended = {line: now}
        say(line)
        if not ours:
            LOGGER.error("a defect ended work under way", exc_info=error)


def say_job(state: JobState) -> None:
    ended, handed = state.finished, state.handed_back
    why = ended.detail if ended is not None else handed.reason if handed is not None else ""
    say(f"job {state.key}: {state.status}" + (f" ({why})" if why else ""))


def say(line: str) -> None:
    print(f"scheduler: {line}", flush=True)  # noqa: T201 - the process speaks to its terminal
