"""The SQL of the hot paths, written once per placeholder style and compiled by the driver alone."""

# ruff: noqa: S608 - only column names and placeholders are put together here, never a value

from __future__ import annotations

from dataclasses import dataclass

from core.events.envelope import StoredEvent

COLUMNS = ", ".join(StoredEvent._fields)
APPEND_LOCK = 7_012_004_418_002
"""PostgreSQL advisory lock around appends: positions are given out in the order of commits."""


@dataclass(frozen=True, slots=True)
class Statements:
    """Texts with the driver's placeholder (``?`` for SQLite, ``%s`` for psycopg)."""

    begin: str
    head: str
    last_position: str
    insert: str
    by_stream: str
    by_position: str
    by_event_id: str
    move_projection: str
    mark: str

    def by_event_ids(self, count: int) -> str:
        """Rows of ``count`` event ids."""
        return f"SELECT {COLUMNS} FROM events WHERE event_id IN ({', '.join([self.mark] * count)})"

    def by_position_of_types(self, count: int) -> str:
        """Rows after a position of ``count`` types, at most so many."""
        types = ", ".join([self.mark] * count)
        return (
            f"SELECT {COLUMNS} FROM events WHERE position > {self.mark} AND type IN ({types}) "
            f"ORDER BY position LIMIT {self.mark}"
        )


HEADS = (
    "SELECT e.stream_id, e.version, e.hash FROM events e JOIN "
    "(SELECT stream_id, max(version) AS version FROM events {where} GROUP BY stream_id) h "
    "ON e.stream_id = h.stream_id AND e.version = h.version ORDER BY e.stream_id"
)


def statements_for(dialect: str) -> Statements:
    """The statements of ``sqlite`` or ``postgresql``."""
    mark = "?" if dialect == "sqlite" else "%s"
    rows = f"SELECT {COLUMNS} FROM events WHERE "
    values = ", ".join([mark] * len(StoredEvent._fields))
    lock = f"SELECT pg_advisory_xact_lock({APPEND_LOCK})"
    return Statements(
        begin="BEGIN IMMEDIATE" if dialect == "sqlite" else lock,
        head=(
            f"SELECT version, hash FROM events WHERE stream_id = {mark} "
            "ORDER BY version DESC LIMIT 1"
        ),
        last_position="SELECT coalesce(max(position), 0) FROM events",
        # ROLLBACK instead of ABORT spares SQLite a statement journal for every row.
        insert=(
            f"INSERT {'OR ROLLBACK ' if dialect == 'sqlite' else ''}INTO events ({COLUMNS}) "
            f"VALUES ({values})"
        ),
        by_stream=rows + f"stream_id = {mark} AND version > {mark} ORDER BY version LIMIT {mark}",
        by_position=rows + f"position > {mark} ORDER BY position LIMIT {mark}",
        by_event_id=rows + f"event_id = {mark}",
        move_projection=(
            f"INSERT INTO projection_positions (name, position) VALUES ({mark}, {mark}) "
            "ON CONFLICT (name) DO UPDATE SET position = excluded.position"
        ),
        mark=mark,
    )
