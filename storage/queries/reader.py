"""A store opened for reading alone: it creates nothing, changes nothing, and may not be there yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, local
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, QueuePool, RowMapping, Select, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError

from core.errors import BadInput
from core.events import ALL_EVENTS
from storage.engine import PoolSettings, make_engine, sqlite_driver
from storage.event_store import SqlEventStore
from storage.failures import place, translated
from storage.leases import SCHEDULER, Leader, leader_of
from storage.present import has_table
from storage.serialization import EventRegistry

BUSY_SECONDS = 10.0
KEPT_OPEN, AT_ONCE = 4, 64
"""Connections to a SQLite file: as many stay open while it is held, as many may be open."""
OPENED = "the file it was opened on"
NEWEST = "SELECT position, hash FROM events ORDER BY position DESC LIMIT 1"
EMPTY = "empty"


class StoreReader:
    """Reads one store; made from its URL, or from an engine that is open already.

    A store that does not exist, or has no read models yet, answers every question with nothing. A
    SQLite file is opened anew for each question, or once while it is `held`; each question looks
    whether it is the same file still, so that one put in its place is seen at once.
    """

    def __init__(
        self, engine: Engine, exists: Callable[[], bool] = lambda: True, address: str = ""
    ) -> None:
        self.address = address or place(engine)
        self._engine = engine
        self._exists = exists
        self._holding = 0
        self._guard = Lock()
        self._here = local()

    @classmethod
    def at(cls, url: str, pool: PoolSettings | None = None) -> StoreReader:
        """A reader of ``sqlite:///path`` or ``postgresql+psycopg://…``; BadInput for another."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise BadInput(
                f"store {url!r} is not a database URL: try sqlite:///runs/events.db"
            ) from error
        if parsed.get_backend_name() != "sqlite":
            engine = make_engine(url, pool=pool)
            return cls(engine.execution_options(postgresql_readonly=True))
        if not parsed.database:
            raise BadInput("a store in memory has no reader of its own: give a file")
        file = Path(parsed.database)
        reader = cls(_read_only(file), file.exists, url)
        event.listen(reader._engine, "checkin", reader._let_go)
        return reader

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def rows(self, statement: Select[Any]) -> Sequence[RowMapping]:
        """Every row, or none when the store or its read models are not there."""
        if not self._exists():
            return []
        with translated(self._engine), self._engine.connect() as connection:
            if not has_table(connection, "weeks"):
                return []
            return connection.execute(statement).mappings().all()

    def first(self, statement: Select[Any]) -> RowMapping | None:
        return next(iter(self.rows(statement)), None)

    def version(self) -> str:
        """Changes whenever the log does: position and hash of its newest event, or ``empty``.

        A thread that holds the reader looks once: whatever it asks meanwhile is of one version.
        """
        if not getattr(self._here, "held", False):
            return self._version()
        known: str | None = getattr(self._here, "version", None)
        if known is None:
            known = self._here.version = self._version()
        return known

    def _version(self) -> str:
        if not self._exists():
            return EMPTY
        with translated(self._engine), self._engine.connect() as connection:
            if not has_table(connection, "weeks"):
                return EMPTY
            newest = connection.exec_driver_sql(NEWEST).first()
        return EMPTY if newest is None else f"{newest[0]}:{newest[1][:16]}"

    def log(self) -> SqlEventStore | None:
        """The log itself, to be folded where no read model has the answer; None while it is empty."""
        if self.version() == EMPTY:
            return None
        return SqlEventStore(self._engine, EventRegistry(ALL_EVENTS))

    def leader(self, name: str = SCHEDULER) -> Leader | None:
        """Who leads, dead or alive; None when nobody does or the store is not there."""
        return leader_of(self._engine, name) if self._exists() else None

    def pool(self) -> tuple[int | None, int | None]:
        """Connections open and idle now; None for SQLite, where none is limited."""
        pool = self._engine.pool
        if self._engine.dialect.name == "sqlite" or not isinstance(pool, QueuePool):
            return None, None
        return pool.checkedin() + pool.checkedout(), pool.checkedin()

    @contextmanager
    def held(self) -> Iterator[None]:
        """One connection for all that is asked meanwhile, in any thread; none stays open after it.

        Deliberately for no longer than that: a SQLite file that somebody keeps open keeps its
        write-ahead log as well, and a store put in its place would find the other's beside it.
        """
        with self._guard:
            self._holding += 1
        outer = getattr(self._here, "held", False)
        self._here.held = True
        try:
            yield
        finally:
            if not outer:
                self._here.held, self._here.version = False, None
            with self._guard:
                self._holding -= 1
                last = not self._holding
            if last and self._engine.dialect.name == "sqlite":
                self._engine.dispose()

    def _let_go(self, connection: Any, record: Any) -> None:
        if connection is not None and not self._holding:
            record.invalidate()

    def close(self) -> None:
        self._engine.dispose()


def _read_only(file: Path) -> Engine:
    """An engine that can neither create nor change the file."""
    engine = create_engine(
        URL.create(
            "sqlite", database=str(file)
        ),  # the creator opens it; this is its name in errors
        module=sqlite_driver(),
        creator=lambda: _connect(file),
        poolclass=QueuePool,
        pool_size=KEPT_OPEN,
        max_overflow=AT_ONCE - KEPT_OPEN,
    )

    def opened(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA query_only=ON")
        record.info[OPENED] = _identity(file)

    def still_there(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info[OPENED] != _identity(file):
            raise DisconnectionError

    event.listen(engine, "connect", opened)
    event.listen(engine, "checkout", still_there)
    return engine


def _identity(file: Path) -> tuple[int, ...] | None:
    """What tells this file from another in its place; None while there is none.

    One that cannot be written here is read as it lies there, so a change of it makes it another.
    """
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    frozen = (found.st_size, found.st_mtime_ns) if _is_frozen(file) else ()
    return (found.st_dev, found.st_ino, *frozen)


def _is_frozen(file: Path) -> bool:
    """A log on a medium that cannot be written: nobody changes it, and no journal can lie beside it."""
    return not os.access(file.parent, os.W_OK) and not Path(f"{file}-wal").exists()


def _connect(file: Path) -> Any:
    options = "mode=ro&immutable=1" if _is_frozen(file) else "mode=ro"
    return sqlite_driver().connect(
        f"file:{quote(str(file.absolute()))}?{options}",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )
