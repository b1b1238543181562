"""Schema changes: every store is brought to the newest revision when it is opened.

A revision is a file ``versions/NNNN_what.py`` whose revision id is its number, in one line of
succession. ``python -m storage.migrations diff`` (``make migrate-diff``) shows what the SQLModel
tables have that the migrations do not; ``python -m storage.migrations new "words"`` writes it down.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect

from core.errors import StoreUnusable
from storage.engine import make_engine, writing
from storage.failures import place, translated
from storage.revisions import refusal, revisions

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent
UPGRADE_LOCK = 7_012_004_418_001
"""PostgreSQL advisory lock: one program at a time changes the schema."""


ONE_AT_A_TIME = Lock()
"""Alembic keeps its connection in module globals: two threads would migrate each other's store."""


def upgrade(engine: Engine) -> bool:
    """Bring the database to the newest revision; True when something had to be done.

    A database of a newer or an unknown version, or one that is not a store, is StoreUnusable and
    left as it is.
    """
    with translated(engine):
        with engine.connect() as connection:
            if _current(connection) == revisions()[-1]:
                return False
        with writing(engine).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
            if _current(connection) == revisions()[-1]:
                return False
            if connection.dialect.name == "sqlite" and not inspect(connection).get_table_names():
                _create(connection)
            else:
                _run(connection)
    return True


@cache
def new_store() -> tuple[str, ...]:
    """The statements that make an empty SQLite store, as the migrations leave one.

    Asked of a store in memory that Alembic migrates once in this process: the next new store (a
    replay's, a what-if's) costs a few milliseconds instead of all revisions again.
    """
    engine = make_engine("sqlite://")
    try:
        with writing(engine).begin() as connection:
            _run(connection)
            made = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
            )
            return tuple(made.scalars())
    finally:
        engine.dispose()


def _create(connection: Connection) -> None:
    for statement in new_store():
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (revisions()[-1],))


def _current(connection: Connection) -> str | None:
    """The database's revision, None for an empty one."""
    tables = inspect(connection)
    if tables.has_table("alembic_version"):
        row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
        wrong = None if row is None else refusal(str(row[0]))
        if wrong is not None:
            raise StoreUnusable(f"store {place(connection.engine)} {wrong}")
        return None if row is None else str(row[0])
    foreign = tables.get_table_names()
    if foreign and (connection.dialect.name == "sqlite" or "events" in foreign):
        raise StoreUnusable(
            f"store {place(connection.engine)} is another program's database "
            f"(it has a table {foreign[0]}): choose another with --store"
        )
    return None


def _run(connection: Connection) -> None:
    # Alembic costs a fifth of a second to import, and most opens have nothing to migrate.
    from alembic import command  # noqa: PLC0415 - see above

    config = alembic_config()
    config.attributes["connection"] = connection
    with ONE_AT_A_TIME:
        command.upgrade(config, "head")


def alembic_config() -> Config:
    """Alembic's configuration without a file: the scripts lie beside this module."""
    from alembic.config import Config as AlembicConfig  # noqa: PLC0415 - see _run

    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
