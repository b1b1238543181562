"""Filtered events as JSON lines: the newest ones, so many and so large that a browser takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orjson import dumps, loads
from sqlalchemy import select

from storage.queries.event_filter import EVENTS, EventFilter, window, within
from storage.queries.reader import StoreReader

MOST_EVENTS, MOST_BYTES = 5_000, 20_000_000
AT_ONCE = 500
JSON = ("payload", "metadata", "telemetry")


def export_lines(reader: StoreReader, asked: EventFilter) -> bytes:
    """One event a line, newest first, as it was written; a last line says where it was cut off.

    With a text, the newest MOST_EVENTS events are searched.
    """
    lines: list[bytes] = []
    size = 0
    for event in _events(reader, asked):
        line = dumps(event)
        size += len(line) + 1
        if len(lines) >= MOST_EVENTS or size > MOST_BYTES:
            lines.append(dumps({"cut_off": True, "goes_on_at_position": event["position"]}))
            break
        lines.append(line)
    return b"".join(line + b"\n" for line in lines)


def _events(reader: StoreReader, asked: EventFilter) -> Iterator[Mapping[str, Any]]:
    """One more than fit, so that it is known whether there are more."""
    looked_at = window(reader, asked, None, MOST_EVENTS + 1)
    found = within(reader, looked_at, asked, EVENTS.c.position).subquery()
    places = [row["position"] for row in reader.rows(select(found.c.position))]
    for first in range(0, len(places), AT_ONCE):
        some = EVENTS.c.position.in_(places[first : first + AT_ONCE])
        for row in reader.rows(select(EVENTS).where(some).order_by(EVENTS.c.position.desc())):
            yield {str(k): loads(v) if k in JSON else v for k, v in row.items()}
