"""A run's finished stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.context import ContextKey


@dataclass(frozen=True, slots=True)
class FinishedStage:
    """A stage as the journal keeps it; ``values`` holds every key it gave (none when skipped).

    ``seconds`` is how long it ran: telemetry, so None once it is read back.
    """

    stage: str
    fingerprint: str
    values: Mapping[ContextKey[Any], Any] = field(default_factory=dict)
    skipped: bool = False
    seconds: float | None = field(default=None, compare=False)


class Journal(Protocol):
    """Where a run's finished stages are kept; each call is one transaction."""

    def finished(self) -> Sequence[FinishedStage]:
        """What this run completed before, in order of completion."""
        ...

    def record(self, finished: FinishedStage) -> None: ...

    def record_failure(self, stage: str, error: Exception) -> None: ...

    def record_stale(self, stages: Sequence[str], reason: str) -> None: ...
