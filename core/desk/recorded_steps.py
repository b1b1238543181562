"""The steps of a recorded week in the order of the log: parts of its run, words of people, slots."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, TypeAlias

from core.desk import approval_gate as gate
from core.desk.approval import Word, decide, expire
from core.desk.desk import Desk
from core.desk.flatten import REASON
from core.desk.proposing import propose
from core.desk.recorded_week import RecordedWeek
from core.desk.summary import official_context
from core.desk.weekly import LAST_TALK
from core.desk.writing import approval_stream
from core.events.account import OrderCancelled, OrderIntended
from core.events.approval import ApprovalDecided, ApprovalExpired, OrdersProposed
from core.events.envelope import Event
from core.events.week import StageCompleted
from core.ports import EventStore
from core.schemas.order import Purpose


class RunPart(NamedTuple):
    """The week's run, from where it is up to and with the stage ``until``."""

    until: str


class Said(NamedTuple):
    """An event of the approval gate and its instant: what came from outside is given again."""

    at: datetime
    event: Event


class Flattening(NamedTuple):
    """Everything was flattened at an instant: a person's word, carried out between two slots."""

    at: datetime


Step: TypeAlias = RunPart | Said | Flattening
Placed: TypeAlias = tuple[int, Step]
"""A step with the position of the event that ended it (for the run's first part: the week's first)."""


def recorded_steps(store: EventStore, week: RecordedWeek) -> list[Placed]:
    """The run in as few parts as slots and people left it; empty for a run that completed no stage."""
    if week.until is None:
        return []
    between = [position for position, _ in week.slots]
    said = [*_said(store, week), *_flattenings(store, week)]
    parts: list[tuple[int, RunPart]] = []
    for position, part in _parts(store, week):
        before = parts[-1][0] if parts else position
        apart = any(before < one < position for one in (*between, *(place for place, _ in said)))
        if parts and not apart:
            parts[-1] = (before, part)
        else:
            parts.append((position, part))
    return [*parts, *said]


def _parts(store: EventStore, week: RecordedWeek) -> Iterator[tuple[int, RunPart]]:
    """What was talked, what was limited, what was traded: as far as the run came."""
    assert week.until is not None  # there is something to run
    done = {
        str(row.payload["stage"]): row.position
        for row in store.read(week.run.stream)
        if row.type == StageCompleted.__name__
        and row.run_id == week.run.run_id
        and row.position < week.end
    }
    behind = [name for name in (gate.STAGE, gate.BEHIND) if name in done]
    if gate.BEFORE not in done:
        yield week.first, RunPart(week.until)
        return
    yield week.first, RunPart(LAST_TALK)
    yield done[gate.BEFORE], RunPart(gate.BEFORE)
    if behind:
        yield done[behind[0]], RunPart(week.until)


def _said(store: EventStore, week: RecordedWeek) -> Iterator[Placed]:
    for row in store.read(approval_stream(week.run.run_id)):
        if row.position < week.end:
            yield row.position, Said(datetime.fromisoformat(row.occurred_at), store.decode(row))


def _flattenings(store: EventStore, week: RecordedWeek) -> Iterator[Placed]:
    """Each with the place of the last order it closed something by or took back."""
    last: dict[str, int] = {}
    for row in store.read_all(week.first, [OrderIntended.__name__, OrderCancelled.__name__]):
        if row.position < week.end and _flattens(store.decode(row)):
            last[row.occurred_at] = row.position
    for at, position in last.items():
        yield position, Flattening(datetime.fromisoformat(at))


def _flattens(event: Event) -> bool:
    match event:
        case OrderIntended(intent=intent):
            return intent.purpose is Purpose.FLATTEN
        case OrderCancelled(reason=reason):
            return reason == REASON
        case _:
            return False


def say_again(desk: Desk, week: RecordedWeek, said: Said) -> None:
    """Propose, decide or expire as it was done; the expiry is the one that was set then."""
    match said.event:
        case OrdersProposed() as event:
            context = official_context(desk.store, week.run.week_id)
            propose(desk, week.run, context, said.at, event.expires_at)
        case ApprovalDecided() as event:
            word = Word(event.approved, event.by, event.reason, event.account_id)
            decide(desk.store, week.run.week_id, word, said.at)
        case ApprovalExpired():
            expire(desk.store, said.at)
