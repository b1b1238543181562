"""Whether a store has a table; a connection that has seen it once does not look again."""

from __future__ import annotations

from sqlalchemy import Connection, inspect


def has_table(connection: Connection, name: str) -> bool:
    """False is never remembered: a store may be migrated while it is looked at."""
    seen = connection.info.setdefault("tables seen", set())
    if name not in seen and inspect(connection).has_table(name):
        seen.add(name)
    return name in seen
