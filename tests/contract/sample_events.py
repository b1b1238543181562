"""Small events for tests of stores, and ways to make many of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from core.events.envelope import Append, Event, NewEvent, event_id
from core.types import RunId, StreamId, WeekId

START = datetime(2026, 11, 18, 13, 0, tzinfo=UTC)


class Noted(Event):
    text: str
    amount: Decimal = Decimal("1.50")


class Listed(Event):
    entries: Mapping[str, float | None]


SAMPLE_EVENTS = (Noted, Listed)


def noted(stream: str, number: int, text: str = "") -> NewEvent:
    """The number-th note of a stream: the same arguments give the same id and content."""
    return NewEvent(
        Noted(text=text or f"note {number}"),
        event_id(stream, "Noted", number),
        START + timedelta(seconds=number),
        week_id=WeekId("2026-11-18"),
        run_id=RunId("run-1"),
        metadata={"actor": "scheduler"},
        telemetry={"latency_ms": 1.5},
    )


def notes(stream: str, first: int, count: int) -> Append:
    """``count`` notes for a stream that holds ``first`` already."""
    numbers = range(first + 1, first + count + 1)
    return Append(StreamId(stream), [noted(stream, number) for number in numbers], first)
