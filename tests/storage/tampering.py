"""Changes behind the database's back: what only someone with the file itself could do."""

from __future__ import annotations

from contextlib import contextmanager

from sqlalchemy import text

SQLITE_GUARDS = ("events_insert_guard", "events_no_update", "events_no_delete")


@contextmanager
def unguarded(store):
    """A connection to the store's database without its triggers; they stay away."""
    with store.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for name in SQLITE_GUARDS:
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        else:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER USER"))
        yield connection


def tamper(store, sql: str) -> None:
    with unguarded(store) as connection:
        connection.execute(text(sql))
