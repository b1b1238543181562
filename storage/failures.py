"""What a database refuses, said in one line: driver errors become store errors at this edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.errors import StoreError, StoreUnusable
from storage.revisions import refusal, revisions

# The words are SQLite's and PostgreSQL's own; the first that occurs in the driver's message counts.
MISSING = ("no such table", "no such column", "relation ")
"""A read model is not as this program reads it: which way out depends on the store's revision."""
REASONS = (
    ("readonly", "it is read-only; make it writable or choose another with --store"),
    ("read-only", "it is read-only; make it writable or choose another with --store"),
    ("is full", "the disk is full; nothing was half written, free space and run it again"),
    ("no space left", "the disk is full; nothing was half written, free space and run it again"),
    ("disk i/o error", "the disk refused to read or write; check space and hardware, run it again"),
    ("not a database", "the file is not a SQLite database; choose another with --store"),
    ("malformed", "the file is damaged; restore a backup"),
    ("unable to open", "the file cannot be opened; check that its folder exists and is yours"),
    ("locked", "another program holds it for too long; stop that program and run it again"),
    ("statement timeout", "it took too long to answer; raise DB_COMMAND_TIMEOUT or try again"),
    ("connection", "the database server cannot be reached; start it or check DATABASE_URL"),
    ("permission denied", "its user may not do this; grant it the rights of an owner"),
)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Any database error inside leaves as StoreUnusable (or StoreError when the cause is not known)."""
    driver = cast(ModuleType, engine.dialect.loaded_dbapi)
    try:
        yield
    except DBAPIError as error:
        raise _store_error(engine, error.orig or error) from error
    except PoolTimeout as error:
        raise StoreUnusable(
            f"store {place(engine)}: every connection is in use; raise DB_MAX_POOL_SIZE"
        ) from error
    except SQLAlchemyError as error:
        raise StoreError(f"store {place(engine)}: {_first_line(error)}") from error
    except driver.Error as error:
        raise _store_error(engine, error) from error


def place(engine: Engine) -> str:
    """The database's address without its password."""
    return engine.url.render_as_string(hide_password=True)


def _store_error(engine: Engine, error: BaseException) -> StoreError:
    words = str(error).lower()
    if any(mark in words for mark in MISSING):
        return StoreUnusable(f"store {place(engine)} {_other_schema(engine, _first_line(error))}")
    for mark, meaning in REASONS:
        if mark in words:
            return StoreUnusable(f"store {place(engine)}: {meaning}")
    return StoreError(f"store {place(engine)}: {_first_line(error)}")


def _other_schema(engine: Engine, told: str) -> str:
    found = _revision(engine)
    if found is None or (found in revisions()[:-1]):
        return (
            "has the read models of an earlier version; `cli.py up` or `cli.py costs` brings them "
            "up to date"
        )
    return refusal(found) or (
        f"lacks what its revision {found} has ({told}), so no upgrade mends it: `cli.py backup`, then "
        "`cli.py restore` into a new store derives every read model again"
    )


def _revision(engine: Engine) -> str | None:
    """The store's own; None where it cannot be read."""
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except SQLAlchemyError:
        return None
    return None if found is None else str(found)


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
