"""The database engine: which SQLite library, which pragmas, which pool, and its facts in words."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeAlias
from urllib.parse import unquote

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from core.errors import BadInput, StoreUnusable

Synchronous: TypeAlias = Literal["FULL", "NORMAL"]
MEMORY = "sqlite://"
"""A store in memory: gone with its process."""
BUSY_SECONDS = 30.0
ABANDONED_S = 10.0
"""PostgreSQL ends a transaction whose program says nothing for so long, and with it its locks.

A program that was frozen (or whose machine vanished) in the middle of an append would otherwise
hold the append lock for ever, against everybody.
"""
SILENT_SERVER = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}
"""Seconds (the last: milliseconds) after which a server that answers nothing at all is given up."""
SAFE_WAL = (3, 51, 3)
"""SQLite before this version can corrupt a WAL database that two processes write (WAL-reset bug)."""


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """PostgreSQL's pool: connections kept and at most, seconds a statement may take, seconds idle."""

    min_size: int = 10
    max_size: int = 50
    command_timeout: float = 60.0
    max_inactive: float = 300.0


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What the store really runs on; ``doctor`` shows it."""

    dialect: str
    driver: str
    version: str
    journal_mode: str
    synchronous: str


def sqlite_driver() -> ModuleType:
    """The bundled SQLite (pysqlite3) where there is a wheel for it, else the interpreter's own."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def journal_mode(driver: ModuleType) -> str:
    """WAL when this SQLite is safe with it, else a rollback journal: slower, never corrupt."""
    return "wal" if tuple(driver.sqlite_version_info) >= SAFE_WAL else "delete"


def make_engine(
    url: str, synchronous: Synchronous = "FULL", pool: PoolSettings | None = None
) -> Engine:
    """An engine for ``sqlite:///path``, ``sqlite://`` (memory) or ``postgresql+psycopg://…``.

    Nothing is opened yet. Another dialect or a malformed URL is BadInput.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadInput(
            f"store {url!r} is not a database URL: try sqlite:///runs/events.db"
        ) from error
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return _sqlite(parsed, synchronous)
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return _postgres(parsed.set(drivername="postgresql+psycopg"), pool or PoolSettings())
    raise BadInput(
        f"store {parsed.drivername}:// is not supported: use sqlite or postgresql+psycopg"
    )


def writing(engine: Engine) -> Engine:
    """The same engine whose transactions take the write lock at once (BEGIN IMMEDIATE on SQLite).

    A transaction that reads first and writes later must begin like this, or two of them collide
    with "database is locked". ``with writing(engine).begin() as connection: …``
    """
    return engine.execution_options(write=True)


def in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def file_of(url: URL) -> Path | None:
    """The file of a SQLite store, also when it is given as ``file:…?uri=true``; None for any other."""
    if url.get_backend_name() != "sqlite" or in_memory(url):
        return None
    text = str(url.database)
    return Path(unquote(text.removeprefix("file:")) if url.query.get("uri") else text)


def is_missing(address: str) -> bool:
    """Whether the address is that of a SQLite file nobody has made yet."""
    file = file_of(make_url(address))
    return file is not None and not file.exists()


def _sqlite(url: URL, synchronous: Synchronous) -> Engine:
    driver = sqlite_driver()
    options: dict[str, Any] = {}
    if in_memory(url):
        # One connection for all: giving it back must not roll back what another user has begun.
        options = {"poolclass": StaticPool, "pool_reset_on_return": None}
    engine = create_engine(
        url,
        module=driver,
        # The driver starts no transactions of its own: the "begin" listener below does.
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
        **options,
    )
    event.listen(engine, "connect", _pragmas(journal_mode(driver), synchronous))
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(journal: str, synchronous: Synchronous) -> Callable[[Any, object], None]:
    def on_connect(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")
        if connection.execute("PRAGMA journal_mode").fetchone()[0] not in (journal, "memory"):
            connection.execute(f"PRAGMA journal_mode={journal}")

    return on_connect


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("write", False)
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:  # the store begins its own, and memory has one connection
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres(url: URL, pool: PoolSettings) -> Engine:
    limits = {
        "statement_timeout": pool.command_timeout,
        "idle_in_transaction_session_timeout": ABANDONED_S,
    }
    options = " ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in limits.items())
    return create_engine(
        url,
        # Appends read the head after waiting for a lock, so each statement needs a new snapshot.
        isolation_level="READ COMMITTED",
        pool_size=pool.min_size,
        max_overflow=max(pool.max_size - pool.min_size, 0),
        pool_timeout=pool.command_timeout,
        pool_recycle=int(pool.max_inactive),
        pool_pre_ping=True,
        connect_args={"options": options, **SILENT_SERVER},
    )


def make_folder(url: URL) -> None:
    """The folder of a SQLite file; one that cannot be made is StoreUnusable."""
    if url.get_backend_name() != "sqlite" or in_memory(url) or url.query.get("uri"):
        return
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(
            f"store folder {folder} cannot be made: {error.strerror}; choose another with --store"
        ) from error


def engine_facts(engine: Engine) -> EngineFacts:
    """Asked of a live connection, so that it is what is, not what was meant."""
    with engine.connect() as connection:
        ask = connection.exec_driver_sql
        if engine.dialect.name == "sqlite":
            level = ask("PRAGMA synchronous").scalar_one()
            return EngineFacts(
                "sqlite",
                sqlite_driver().__name__.partition(".")[0],
                str(ask("SELECT sqlite_version()").scalar_one()),
                str(ask("PRAGMA journal_mode").scalar_one()),
                {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}[level],
            )
        version = str(ask("SHOW server_version").scalar_one())
        commit = str(ask("SHOW synchronous_commit").scalar_one())
        return EngineFacts("postgresql", "psycopg", version, "wal", commit)
