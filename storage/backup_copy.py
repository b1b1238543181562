"""The copy inside a backup: a SQLite database of one moment, whatever the store runs on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, insert, select

from storage.engine import make_engine, sqlite_driver, writing
from storage.event_store import SqlEventStore
from storage.failures import translated
from storage.migrations import upgrade
from storage.projections.writing import table_of
from storage.table_digests import CHUNK, read_model_tables, whole_tables
from storage.tables import EventRow, ProjectionPosition


def copy_store(store: SqlEventStore, file: Path) -> None:
    """Write the store as it is at one moment to a new SQLite file; others may go on writing.

    A SQLite file alone lacks what is still in its ``-wal``, so it is read through SQLite's backup
    API. Of a PostgreSQL store the log and the read models are taken, in one snapshot.
    """
    with translated(store.engine):
        if store.engine.dialect.name == "sqlite":
            _online(store.engine, file)
        else:
            _exported(store, file)


def copied_bytes(engine: Engine) -> int:
    """About how large the copy will be."""
    with translated(engine), engine.connect() as connection:
        ask = connection.exec_driver_sql
        if engine.dialect.name == "sqlite":
            pages = int(ask("PRAGMA page_count").scalar_one())
            return pages * int(ask("PRAGMA page_size").scalar_one())
        return int(ask("SELECT pg_database_size(current_database())").scalar_one())


def sqlite_url(file: Path) -> str:
    """A store's URL for a file, whatever signs are in its path."""
    return URL.create("sqlite", database=str(file)).render_as_string()


def settle(file: Path) -> None:
    """Bring everything into the one file: no journal of its own is needed to read it."""
    connection = sqlite_driver().connect(str(file))
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    finally:
        connection.close()


def _online(engine: Engine, file: Path) -> None:
    with engine.connect() as connection:
        source: Any = connection.connection.driver_connection
        copy = sqlite_driver().connect(str(file))
        try:
            source.backup(copy)
        finally:
            copy.close()


def _exported(store: SqlEventStore, file: Path) -> None:
    target = make_engine(sqlite_url(file), "NORMAL")
    tables = [table_of(EventRow), table_of(ProjectionPosition)]
    try:
        upgrade(target)
        with store.engine.connect() as connection:
            source = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            with source.begin(), writing(target).begin() as copy:
                source.exec_driver_sql("SET LOCAL statement_timeout = 0")
                known = read_model_tables(store.projections)
                for table in [*tables, *whole_tables(source, known)]:
                    _copy_table(source, copy, table)
    finally:
        target.dispose()


def _copy_table(source: Connection, copy: Connection, table: Table) -> None:
    asked = select(table).order_by(*table.primary_key.columns)
    rows = source.execute(asked, execution_options={"yield_per": CHUNK})
    for some in rows.mappings().partitions():
        copy.execute(insert(table), [dict(row) for row in some])
