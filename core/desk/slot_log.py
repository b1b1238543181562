"""Which slots are done: one event a slot, written when its work is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.desk.slots import Slot
from core.desk.writing import SLOT_STREAM, append_one, new_event
from core.events.account import CheckpointDecided, NoNewPrice
from core.events.envelope import event_id
from core.events.system import SlotFinished
from core.ports import EventStore
from core.types import AccountId

NEWEST = 500
"""More than a month of endings: no slot ends so long after later ones."""


class SlotOutcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"
    SKIPPED = "skipped"
    RETRIED = "retried"
    """Failed for now: it is tried again, and has no ending yet."""


def is_finished(store: EventStore, slot: Slot) -> bool:
    """Whether the slot has its event: done, failed for good or missed."""
    return store.find(_event_id(slot)) is not None


def finished(store: EventStore, slot: Slot) -> SlotFinished | None:
    """How the slot ended and why; None while it has not."""
    row = store.find(_event_id(slot))
    event = None if row is None else store.decode(row)
    return event if isinstance(event, SlotFinished) else None


def _event_id(slot: Slot) -> str:
    return str(event_id(SLOT_STREAM, SlotFinished.__name__, slot.key))


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
    append_one(store, SLOT_STREAM, new)


@dataclass(frozen=True, slots=True)
class AccountLine:
    """What a checkpoint made of one account; ``conviction`` is None where no price was new."""

    account_id: AccountId
    action: str
    conviction: float | None
    rule: str


def account_lines(store: EventStore, slot: Slot) -> list[AccountLine]:
    """One line an account of a checkpoint slot, in the order of the log."""
    lines = []
    for row in store.read_all(types=[CheckpointDecided.__name__, NoNewPrice.__name__]):
        if datetime.fromisoformat(row.occurred_at) != slot.at:
            continue
        event = store.decode(row)
        if isinstance(event, NoNewPrice):
            lines.append(AccountLine(event.account_id, "STAY", None, "no_new_price"))
        elif isinstance(event, CheckpointDecided):
            done = event.decision
            lines.append(
                AccountLine(done.account_id, done.action, done.conviction_after, done.rule)
            )
    return lines


def failures(store: EventStore) -> list[SlotFinished]:
    """Every slot that failed, in the order of the log."""
    events = (store.decode(row) for row in store.read(SLOT_STREAM))
    return [
        event
        for event in events
        if isinstance(event, SlotFinished) and event.outcome == SlotOutcome.FAILED
    ]


def newest_finished(store: EventStore) -> SlotFinished | None:
    """The finished slot with the latest instant; None in a store without any.

    Slots end nearly in the order of their instants: it is among the newest.
    """
    newest: SlotFinished | None = None
    first = max(store.head(SLOT_STREAM).version - NEWEST, 0)
    for row in store.read(SLOT_STREAM, first):
        event = store.decode(row)
        assert isinstance(event, SlotFinished)  # the stream holds nothing else
        if newest is None or event.at > newest.at:
            newest = event
    return newest
