"""A copy of a SQLite store that is whole, made while others write: never copy the file itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.errors import BadInput
from storage.engine import sqlite_driver
from storage.event_store import SqlEventStore
from storage.failures import translated


def backup(store: SqlEventStore, target: Path) -> None:
    """Write the whole database (log and read models) to a new file through SQLite's backup API.

    The file alone lacks what is still in its ``-wal``. An existing target, or a PostgreSQL store
    (use pg_dump), is BadInput.
    """
    if store.engine.dialect.name != "sqlite":
        raise BadInput(f"backup of a {store.engine.dialect.name} store: use pg_dump")
    if target.exists():
        raise BadInput(f"backup target {target} exists already: name a new file")
    target.parent.mkdir(parents=True, exist_ok=True)
    with translated(store.engine), store.engine.connect() as connection:
        source: Any = connection.connection.driver_connection
        copy = sqlite_driver().connect(str(target))
        try:
            source.backup(copy)
        finally:
            copy.close()
