"""A store opened for reading alone: it creates nothing, changes nothing, and may not be there yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    Engine,
    NullPool,
    QueuePool,
    RowMapping,
    Select,
    create_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.exc import ArgumentError

from core.errors import BadInput
from core.events import ALL_EVENTS
from storage.engine import PoolSettings, make_engine, sqlite_driver
from storage.event_store import SqlEventStore
from storage.failures import place, translated
from storage.leases import SCHEDULER, Leader, leader_of
from storage.serialization import EventRegistry

BUSY_SECONDS = 10.0
NEWEST = "SELECT position, hash FROM events ORDER BY position DESC LIMIT 1"
EMPTY = "empty"


class StoreReader:
    """Reads one store; made from its URL, or from an engine that is open already.

    A store that does not exist, or has no read models yet, answers every question with nothing. A
    SQLite file is opened anew for each question, so that one put in its place is seen at once.
    """

    def __init__(
        self, engine: Engine, exists: Callable[[], bool] = lambda: True, address: str = ""
    ) -> None:
        self.address = address or place(engine)
        self._engine = engine
        self._exists = exists

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
        return cls(_read_only(file), file.exists, url)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def rows(self, statement: Select[Any]) -> Sequence[RowMapping]:
        """Every row, or none when the store or its read models are not there."""
        if not self._exists():
            return []
        with translated(self._engine), self._engine.connect() as connection:
            if not inspect(connection).has_table("weeks"):
                return []
            return connection.execute(statement).mappings().all()

    def first(self, statement: Select[Any]) -> RowMapping | None:
        return next(iter(self.rows(statement)), None)

    def version(self) -> str:
        """Changes whenever the log does: position and hash of its newest event, or ``empty``."""
        if not self._exists():
            return EMPTY
        with translated(self._engine), self._engine.connect() as connection:
            if not inspect(connection).has_table("weeks"):
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

    def close(self) -> None:
        self._engine.dispose()


def _read_only(file: Path) -> Engine:
    """An engine that can neither create nor change the file."""
    engine = create_engine(
        "sqlite://", module=sqlite_driver(), creator=lambda: _connect(file), poolclass=NullPool
    )
    event.listen(engine, "connect", _query_only)
    return engine


def _connect(file: Path) -> Any:
    """A log on a medium that cannot be written is read as it lies there: nobody changes it."""
    frozen = not os.access(file.parent, os.W_OK) and not Path(f"{file}-wal").exists()
    options = "mode=ro&immutable=1" if frozen else "mode=ro"
    return sqlite_driver().connect(
        f"file:{quote(str(file.absolute()))}?{options}",
        uri=True,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
    )


def _query_only(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")
