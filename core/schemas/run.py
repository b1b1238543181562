"""What a run is: its identity, its instant, its seed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from core.schemas.base import Schema
from core.types import RunId, StreamId, WeekId


class RunKind(StrEnum):
    OFFICIAL = "official"
    WHAT_IF = "what_if"
    CONVERSATION = "conversation"
    CYCLE = "cycle"


class RunSpec(Schema):
    """``as_of`` bounds every market read; ``seed`` decides labels and orders of showing.

    A conversation's ``run_id`` is its conversation id, its week the one it was held in.
    """

    run_id: RunId
    week_id: WeekId
    kind: RunKind
    as_of: datetime
    seed: str
    parent_run_id: RunId | None = None
    from_stage: str | None = None

    @property
    def decisive(self) -> dict[str, str]:
        """What of a run its outcome depends on: a rerun shares it with its parent."""
        return {"week_id": self.week_id, "as_of": self.as_of.isoformat(), "seed": self.seed}

    @property
    def stream(self) -> StreamId:
        """Official runs write to their week; what-ifs, conversations and cycles to streams of their own."""
        if self.kind is RunKind.OFFICIAL:
            return StreamId(f"week/{self.week_id}")
        return StreamId(self._own)

    def call_stream(self, call: str) -> StreamId:
        """Each model call has its own stream, so heads do not depend on which answered first."""
        return StreamId(f"{self._own}/{call}")

    @property
    def _own(self) -> str:
        talk = self.kind is RunKind.CONVERSATION
        return f"{'conversation' if talk else 'run'}/{self.run_id}"
