"""Which slots are done: one event a slot, written when its work is."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from core.desk.slots import Slot
from core.desk.writing import SLOT_STREAM, new_event
from core.events.account import CheckpointDecided
from core.events.envelope import Append, event_id
from core.events.system import SlotFinished
from core.ports import EventStore
from core.schemas.checkpoint import CheckpointDecision


class SlotOutcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"


def is_finished(store: EventStore, slot: Slot) -> bool:
    """Whether the slot has its event: done, failed for good or missed."""
    found = store.find(str(event_id(SLOT_STREAM, SlotFinished.__name__, slot.key)))
    return found is not None


def finish(store: EventStore, slot: Slot, outcome: SlotOutcome, detail: str) -> None:
    event = SlotFinished(
        job=slot.job,
        slot=slot.key,
        at=slot.at,
        session=slot.session,
        label=slot.label,
        slot_week_id=slot.week_id,
        previous=slot.previous,
        outcome=outcome,
        detail="" if outcome is SlotOutcome.DONE else detail,
    )
    new = new_event(SLOT_STREAM, event, [slot.key], slot.at, week_id=slot.week_id)
    # What a slot found to do depends on where a process died before: beside history, not in it.
    new = replace(new, telemetry={"detail": detail})
    store.commit([Append(SLOT_STREAM, [new], store.head(SLOT_STREAM).version)])


def decisions_at(store: EventStore, slot: Slot) -> list[CheckpointDecision]:
    """What a checkpoint slot decided, in account order of the log; no new price decides nothing."""
    found = []
    for row in store.read_all(types=[CheckpointDecided.__name__]):
        event = store.decode(row)
        assert isinstance(event, CheckpointDecided)  # by its type name
        if event.decision.timestamp == slot.at:
            found.append(event.decision)
    return found
