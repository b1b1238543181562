"""What a recorded run was told of past weeks: the answer of a replay, whatever is remembered by now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import UnknownPrompt
from core.events.memory import SimilarWeeksRecalled
from core.ports import EventStore, Recall
from core.schemas.run import RunSpec
from core.schemas.setups import Collection, Neighbour


@dataclass(frozen=True, slots=True)
class RecordedRecall:
    """The Recall port over the run's own answers; any other question is one nobody recorded."""

    weeks: tuple[Neighbour, ...]

    def similar(
        self, collection: Collection, text: str, as_of: datetime, k: int
    ) -> Sequence[Neighbour]:
        if collection is not Collection.WEEKS:
            raise UnknownPrompt(f"the run asked memory for no {collection}: it is not the same run")
        return self.weeks[:k]


def recorded_recall(store: EventStore, run: RunSpec) -> Recall | None:
    """None for a run that asked memory nothing."""
    for row in store.read(run.stream):
        if row.type == SimilarWeeksRecalled.__name__ and row.run_id == run.run_id:
            event = store.decode(row)
            assert isinstance(event, SimilarWeeksRecalled)  # by its type name
            return RecordedRecall(event.value)
    return None
