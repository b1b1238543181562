"""What the breaker holds halted, as its own events have it: a few of them, whatever the log's length."""

from __future__ import annotations

from core.desk.halts import halts
from core.schemas.breaker import Halt
from storage.queries.reader import StoreReader


def standing_halts(reader: StoreReader) -> tuple[Halt, ...]:
    """Every halt in force, by scope; nothing for an empty store."""
    log = reader.log()
    if log is None:
        return ()
    return tuple(halt for _, found in sorted(halts(log).items()) for halt in found)
