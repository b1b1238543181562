"""What each event of the log brings to memory, and from when on it may be found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from core.clock import from_iso
from core.desk.remembered_ids import document_id
from core.desk.remembering_cycles import (
    FROZEN,
    OUTCOME,
    headlines_remembered,
    setup_remembered,
)
from core.desk.runs import official_run
from core.events.envelope import StoredEvent
from core.events.memory import ConditionsRemembered
from core.events.notes import NoteAdded, NoteWithdrawn
from core.events.week import ChairmanDecided, MarketSnapshotFrozen, PostmortemWritten
from core.memory import Forgotten, Telling
from core.ports import EventStore
from core.rules.conditions import Conditions, conditions_text
from core.rules.week_text import week_text
from core.schemas.decision import ChairmanDecision
from core.schemas.market import MarketSnapshot
from core.schemas.postmortem import Postmortem
from core.schemas.setups import Collection, Remembered
from core.types import Direction


def week_remembered(store: EventStore, row: StoredEvent) -> Iterator[Remembered]:
    """A week as it was frozen, once its final postmortem says what came of it."""
    event = store.decode(row)
    assert isinstance(event, PostmortemWritten)  # by its type name
    report = event.postmortem
    run = official_run(store, report.week_id)
    if report.provisional or run is None:
        return
    snapshot: MarketSnapshot | None = None
    decision: ChairmanDecision | None = None
    sources = [row.event_id]
    for other in store.read(run.stream):
        if other.run_id != run.run_id:
            continue
        if other.type in (MarketSnapshotFrozen.__name__, ChairmanDecided.__name__):
            found = store.decode(other)
            sources.append(other.event_id)
            if isinstance(found, MarketSnapshotFrozen):
                snapshot = found.value
            elif isinstance(found, ChairmanDecided):
                decision = found.value
    if snapshot is not None and snapshot.assets:
        yield Remembered(
            document_id=document_id(Collection.WEEKS, report.week_id),
            collection=Collection.WEEKS,
            text=week_text(snapshot),
            happened_at=snapshot.as_of,
            known_at=from_iso(row.occurred_at),
            label=_chosen(report, decision),
            outcome=_week_outcome(report),
            event_ids=tuple(sources),
        )


def conditions_remembered(store: EventStore, row: StoredEvent) -> Iterator[Remembered]:
    event = store.decode(row)
    assert isinstance(event, ConditionsRemembered)  # by its type name
    yield Remembered(
        document_id=document_id(Collection.CONDITIONS, event.session.isoformat()),
        collection=Collection.CONDITIONS,
        text=conditions_text(Conditions(event.figures, event.sectors)),
        happened_at=event.known_at,
        known_at=event.known_at,
        label=f"the close of {event.session}, {event.source}",
        outcome=event.figures,
        event_ids=(row.event_id,),
    )


def note_remembered(store: EventStore, row: StoredEvent) -> Iterator[Remembered]:
    """A person's note, under what it was pinned to."""
    event = store.decode(row)
    assert isinstance(event, NoteAdded)  # by its type name
    at = from_iso(row.occurred_at)
    yield Remembered(
        document_id=document_id(Collection.CONTEXT, "note", event.note_id),
        collection=Collection.CONTEXT,
        text=event.text,
        happened_at=at,
        known_at=at,
        label=f"a note on {event.subject.kind} {event.subject.about}"[:400],
        event_ids=(row.event_id,),
    )


def note_withdrawn(store: EventStore, row: StoredEvent) -> Iterator[Forgotten]:
    """Whoever takes a note back wants it read no more: not by a model either."""
    event = store.decode(row)
    assert isinstance(event, NoteWithdrawn)  # by its type name
    yield Forgotten(Collection.CONTEXT, document_id(Collection.CONTEXT, "note", event.note_id))


def _chosen(report: Postmortem, decision: ChairmanDecision | None) -> str:
    """What the council did and what it brought, in a few words: no model's own text."""
    brought = report.council_return
    told = "no trade of the council" if brought is None else f"the council made {brought:+.2%}"
    if decision is None:
        return f"week {report.week_id}: {told}"
    trade = decision.selected_trade
    flat = trade.direction is Direction.FLAT or trade.instrument is None
    side = "FLAT" if flat else f"{trade.direction} {trade.instrument}"
    return f"week {report.week_id}: {side}, {told}"


def _week_outcome(report: Postmortem) -> dict[str, float]:
    known = {
        "return": report.council_return,
        "mean_pm_return": report.mean_pm_return,
        "best_pm_return": report.best_pm_return,
    }
    return {name: value for name, value in known.items() if value is not None}


TELLINGS: Mapping[str, Telling] = MappingProxyType(
    {
        PostmortemWritten.__name__: week_remembered,
        ConditionsRemembered.__name__: conditions_remembered,
        OUTCOME: setup_remembered,
        FROZEN: headlines_remembered,
        NoteAdded.__name__: note_remembered,
        NoteWithdrawn.__name__: note_withdrawn,
    }
)
"""Event type → what it brings; every event of these types is read once, in the order of the log."""
