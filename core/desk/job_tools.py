"""What a job needs from outside the core: other desks over the same store, and work on storage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from pydantic import JsonValue

from core.commands import RunJob
from core.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class Done:
    """What came of the work: one line for people, and a small result; not ``ok`` is a failure."""

    detail: str
    result: Mapping[str, JsonValue] = field(default_factory=dict)
    ok: bool = True


Tell: TypeAlias = Callable[[str, int, int], None]
"""Says the step and that so many of so many are done; raises JobCancelled when to stop there."""


class JobTools(Protocol):
    """Built in the composition root.

    The four kinds of work below run in a thread of their own, so that they keep nobody waiting:
    they call ``tell`` at every step and let what it raises pass through.
    """

    def desk_at(self, instant: datetime) -> Desk:
        """The desk as of an instant of the past; BadInput where the past cannot be lived again."""
        ...

    def replay(self, command: RunJob, tell: Tell) -> Done: ...

    def simulate(self, command: RunJob, tell: Tell) -> Done: ...

    def rebuild(self, command: RunJob, tell: Tell) -> Done: ...

    def export(self, command: RunJob, tell: Tell) -> Done: ...
