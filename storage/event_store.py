"""The append-only log on SQLite or PostgreSQL: commit, read, find, rebuild."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from copy import copy
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, make_url
from sqlalchemy.engine.interfaces import DBAPICursor

from core.clock import Clock, SystemClock, iso
from core.errors import ConcurrencyError
from core.events.envelope import Append, Event, StoredEvent, StreamHead
from core.types import StreamId
from storage.appender import Appender, Prepared, prepare
from storage.canonical import RawRow
from storage.engine import PoolSettings, Synchronous, in_memory, make_engine, make_folder
from storage.failures import translated
from storage.fence import Fence
from storage.leases import Lease
from storage.migrations import upgrade
from storage.process_lock import process_lock, read_lock
from storage.projector import Projection, Projector
from storage.serialization import EventRegistry
from storage.statements import COLUMNS, HEADS, statements_for

CHUNK = 1_000
"""Rows read at once: long reads hold neither a transaction nor the whole log in memory."""
SLICE = 64
"""Rows taken from an open cursor at once: few enough to stay in the processor's cache."""


class SqlEventStore:
    """The EventStore port on a database; see ``open_store``.

    Safe to share between threads. On SQLite the appends of one process queue on a lock of their
    own, so that SQLite's polling busy handler only ever waits for other processes; in memory, where
    all share one connection, reads queue as well.
    """

    def __init__(
        self,
        engine: Engine,
        registry: EventRegistry,
        projections: Sequence[Projection] = (),
        clock: Clock | None = None,
    ) -> None:
        self.engine = engine
        self.registry = registry
        self._clock = clock or SystemClock()
        self._sql = statements_for(engine.dialect.name)
        self._appender = Appender(self._sql)
        self._projector = Projector(projections, registry, self._sql)
        self._fence: Fence | None = None
        self._lock = process_lock(engine)
        self._read_lock = read_lock(engine)

    @property
    def projections(self) -> tuple[Projection, ...]:
        return self._projector.projections

    def fenced(self, lease: Lease) -> SqlEventStore:
        """A store for the leader: its commits raise LeaseLost once another process has the lease.

        Bound to the token held now (LeaseLost when there is none), so that what was begun under it
        cannot go on under a later one. Everything else is shared, and reads are free.
        """
        twin = copy(self)
        twin._fence = lease.fence()  # noqa: SLF001 - a copy of ourselves
        return twin

    def commit(self, appends: Sequence[Append]) -> Sequence[StoredEvent]:
        """All appends in one transaction with the projections, or nothing; see the port."""
        prepared = prepare(appends, self.registry)
        if not prepared:
            return ()
        driver: Any = self.engine.dialect.loaded_dbapi
        with translated(self.engine), self._lock:
            try:
                return self._append(prepared)
            except driver.IntegrityError as refused:
                return self._explain(prepared, refused)

    def read(self, stream_id: StreamId, after_version: int = 0) -> Iterator[StoredEvent]:
        while True:
            rows = self.rows(self._sql.by_stream, (stream_id, after_version, CHUNK))
            yield from map(self.registry.stored, rows)
            if len(rows) < CHUNK:
                return
            after_version = rows[-1][2]

    def read_all(
        self, after_position: int = 0, types: Iterable[str] | None = None
    ) -> Iterator[StoredEvent]:
        """Events in position order, of these types only when given; [] gives none."""
        for rows in self.chunks(after_position, types):
            yield from map(self.registry.stored, rows)

    def find(self, event_id: str) -> StoredEvent | None:
        rows = self.rows(self._sql.by_event_id, (str(event_id),))
        return self.registry.stored(rows[0]) if rows else None

    def decode(self, stored: StoredEvent) -> Event:
        return self.registry.decode(stored)

    def head(self, stream_id: StreamId) -> StreamHead:
        with self._cursor() as cursor:
            return self._appender.head(cursor, stream_id)

    def heads(self, at_position: int | None = None) -> Mapping[StreamId, StreamHead]:
        """Every stream's head, now or as it was at a position."""
        where = "" if at_position is None else f"WHERE position <= {int(at_position)}"
        rows = self.rows(HEADS.format(where=where), ())
        return {StreamId(stream): StreamHead(version, digest) for stream, version, digest in rows}

    def last_position(self) -> int:
        """Position of the newest event, which is also their number; 0 for an empty log."""
        return int(self.rows(self._sql.last_position, ())[0][0])

    def chunks(
        self, after_position: int = 0, types: Iterable[str] | None = None
    ) -> Iterator[list[RawRow]]:
        """Raw rows in position order, as lists of up to CHUNK."""
        names = None if types is None else sorted(types)
        if names == []:
            return
        sql = self._sql.by_position if names is None else self._sql.by_position_of_types(len(names))
        while rows := self.rows(sql, (after_position, *(names or ()), CHUNK)):
            yield rows
            after_position = rows[-1][0]

    def snapshot(self, columns: str) -> Iterator[list[RawRow]]:
        """These columns of the whole log in position order, a few rows at a time.

        On a SQLite file all of it is one snapshot, read while it is used; elsewhere it is read in
        chunks, because a driver would hold the log in memory or the one connection busy.
        """
        if self.engine.dialect.name != "sqlite" or in_memory(self.engine.url):
            yield from self._pages(columns)
            return
        with self._cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM events ORDER BY position")  # noqa: S608 - names
            while rows := cursor.fetchmany(SLICE):
                yield list(rows)

    def _pages(self, columns: str) -> Iterator[list[RawRow]]:
        position = 0
        sql = self._sql.by_position.replace(COLUMNS, columns)
        while rows := self.rows(sql, (position, CHUNK)):
            yield rows
            position += len(rows)

    def rows(self, sql: str, parameters: Sequence[object]) -> list[RawRow]:
        """Every row of one reading statement, in a transaction of its own."""
        with self._cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall())

    def catch_up(self) -> None:
        """Bring every projection to the end of the log; cheap when they are there already."""
        if not self.projections:
            return
        with translated(self.engine), self._lock:
            with self.engine.connect() as connection:
                lagging = self._projector.lagging(connection)
            if lagging:
                with self._write() as raw:
                    self._projector.catch_up(Connection(self.engine, raw))

    def rebuild(self, projections: Sequence[Projection] | None = None) -> int:
        """Empty and refill these projections (all of them by default) in one transaction.

        Returns the number of events read. Nobody can append meanwhile, and a failure leaves the
        rows as they were.
        """
        chosen = self.projections if projections is None else projections
        with translated(self.engine), self._lock, self._write() as raw:
            return self._projector.rebuild(Connection(self.engine, raw), chosen)

    def close(self) -> None:
        """Give back every connection; the store cannot be used afterwards."""
        self.engine.dispose()

    def _append(self, prepared: Sequence[Prepared]) -> list[StoredEvent]:
        recorded_at = iso(self._clock.now())
        with self._write_fenced() as raw:
            cursor = raw.cursor()
            try:
                rows = self._appender.insert(cursor, prepared, recorded_at)
            except ConcurrencyError:
                known = self._appender.already_there(cursor, prepared)
                if known is None:
                    raise
                return [self.registry.stored(row) for row in known]
            events = [self.registry.stored(row) for row in rows]
            if events and self.projections:
                self._projector.follow(Connection(self.engine, raw), events)
            return events

    def _explain(self, prepared: Sequence[Prepared], refused: Exception) -> list[StoredEvent]:
        """What a guard of the database refused: mostly events that are there already."""
        with self._write_fenced() as raw:
            known = self._appender.already_there(raw.cursor(), prepared)
        if known is None:
            raise ConcurrencyError(
                f"the database refused the events ({str(refused).splitlines()[0]}): "
                "someone else wrote without the lock; retry"
            ) from refused
        return [self.registry.stored(row) for row in known]

    @contextmanager
    def _write_fenced(self) -> Iterator[PoolProxiedConnection]:
        with self._write() as raw:
            if self._fence is not None:
                self._fence.check(raw.cursor())
            yield raw

    @contextmanager
    def _write(self) -> Iterator[PoolProxiedConnection]:
        """A transaction with the write lock, on the driver's connection; projections wrap it."""
        with closing(self.engine.raw_connection()) as raw:
            try:
                raw.cursor().execute(self._sql.begin)
                yield raw
                raw.commit()
            except BaseException:  # a cancelled task too must leave no open transaction behind
                raw.rollback()
                raise

    @contextmanager
    def _cursor(self) -> Iterator[DBAPICursor]:
        with (
            translated(self.engine),
            self._read_lock,
            closing(self.engine.raw_connection()) as raw,
        ):
            yield raw.cursor()


def open_store(
    url: str,
    *,
    registry: EventRegistry,
    projections: Sequence[Projection] = (),
    synchronous: Synchronous = "FULL",
    pool: PoolSettings | None = None,
) -> SqlEventStore:
    """Open (and create or migrate) the store at ``url``, its projections brought up to date.

    StoreUnusable in one line when the database cannot be used: read-only, full, damaged, another
    program's, or of a newer version of this one.
    """
    engine = make_engine(url, synchronous, pool)
    make_folder(make_url(url))
    try:
        upgrade(engine)
        store = SqlEventStore(engine, registry, projections)
        store.catch_up()
    except BaseException:  # whatever ended the opening, its connections go with it
        engine.dispose()
        raise
    return store
