"""One append inside one write transaction: places, chains and inserts rows, or says why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from core.errors import ConcurrencyError, EventConflict
from core.events.envelope import GENESIS_HASH, Append, StreamHead
from storage.canonical import STREAM_ID, RawRow, checked, row_hash
from storage.serialization import Draft, EventRegistry, same_content
from storage.statements import Statements

LOOKUP = 500
"""Event ids looked up in one statement; SQLite takes 32,766 parameters, PostgreSQL 65,535."""


class Prepared(NamedTuple):
    """An Append whose events are texts already: made before the lock is taken, to hold it briefly."""

    stream_id: str
    expected_version: int
    drafts: list[Draft]


def prepare(appends: Sequence[Append], registry: EventRegistry) -> list[Prepared]:
    """Texts of every event; an id used twice in one commit is EventConflict."""
    prepared = [
        Prepared(
            checked(append.stream_id, STREAM_ID, "stream id"),
            append.expected_version,
            [registry.draft(new) for new in append.events],
        )
        for append in appends
    ]
    seen: set[str] = set()
    for stream_id, _, drafts in prepared:
        for draft in drafts:
            if draft.event_id in seen:
                raise EventConflict(
                    f"event {draft.event_id} ({draft.type} in {stream_id}) "
                    "appears twice in one commit: give each event its own id"
                )
            seen.add(draft.event_id)
    return prepared


class Appender:
    """Writes prepared events through a DBAPI cursor whose transaction holds the write lock."""

    def __init__(self, sql: Statements) -> None:
        self._sql = sql

    def insert(self, cursor: Any, prepared: Sequence[Prepared], recorded_at: str) -> list[RawRow]:
        """The rows as inserted; a stale expected version is ConcurrencyError before any insert."""
        rows = self._place(cursor, prepared, recorded_at)
        if len(rows) == 1:
            cursor.execute(self._sql.insert, rows[0])
        elif rows:
            cursor.executemany(self._sql.insert, rows)
        return rows

    def already_there(self, cursor: Any, prepared: Sequence[Prepared]) -> list[RawRow] | None:
        """The stored rows when every event is there with the same content, None when none is.

        Another content under the same id is EventConflict; a part of them ConcurrencyError.
        """
        wanted = [(stream, draft) for stream, _, drafts in prepared for draft in drafts]
        stored = self._by_id(cursor, [draft.event_id for _, draft in wanted])
        for stream_id, draft in wanted:
            row = stored.get(draft.event_id)
            if row is not None and not same_content(draft, stream_id, row):
                raise EventConflict(
                    f"event {draft.event_id} ({draft.type} in {stream_id}) is stored already with "
                    f"another content ({row[4]} in {row[1]} version {row[2]})"
                )
        if not stored:
            return None
        for stream_id, draft in wanted:
            if draft.event_id not in stored:
                raise ConcurrencyError(
                    f"only {len(stored)} of the {len(wanted)} events of this commit are stored "
                    f"already; {draft.type} for {stream_id} is not: read the stream and decide anew"
                )
        return [stored[draft.event_id] for _, draft in wanted]

    def head(self, cursor: Any, stream_id: str) -> StreamHead:
        row = cursor.execute(self._sql.head, (stream_id,)).fetchone()
        return StreamHead(0, GENESIS_HASH) if row is None else StreamHead(*row)

    def _place(self, cursor: Any, prepared: Sequence[Prepared], recorded_at: str) -> list[RawRow]:
        position: int = cursor.execute(self._sql.last_position).fetchone()[0]
        heads: dict[str, StreamHead] = {}
        rows: list[RawRow] = []
        for stream_id, expected, drafts in prepared:
            version, previous = heads.get(stream_id) or self.head(cursor, stream_id)
            if version != expected:
                raise ConcurrencyError(
                    f"stream {stream_id} is at version {version}, expected {expected}: "
                    "someone else wrote; read it again and retry"
                )
            for draft in drafts:
                position, version = position + 1, version + 1
                unsealed = (position, stream_id, version, *draft, recorded_at, previous)
                previous = row_hash((*unsealed, ""))
                rows.append((*unsealed, previous))
            heads[stream_id] = StreamHead(version, previous)
        return rows

    def _by_id(self, cursor: Any, event_ids: list[str]) -> dict[str, RawRow]:
        found: dict[str, RawRow] = {}
        for start in range(0, len(event_ids), LOOKUP):
            some = event_ids[start : start + LOOKUP]
            cursor.execute(self._sql.by_event_ids(len(some)), some)
            found |= {row[3]: tuple(row) for row in cursor.fetchall()}
        return found
