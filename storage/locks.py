"""One holder at a time per name, across processes; the system releases what a dead one held.

What a frozen one holds stays held, by ``flock`` and by PostgreSQL alike: a leader therefore takes
a ``LeaderLock``, which a former leader that sleeps cannot keep from the next.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from core.errors import Busy, StoreError, StoreUnusable
from core.ports import Lock
from storage.engine import file_of
from storage.failures import translated


class FileLock:
    """`flock` on a file beside the SQLite store; it says who holds it.

    ``shared`` holders do not exclude each other, only those who want the name alone.
    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        self._folder = folder
        self._mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        descriptor = self._open(self._folder / f"{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}.lock")
        try:
            _lock_or_refuse(descriptor, name, self._mode)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()}".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def _open(self, path: Path) -> int:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnusable(
                f"cannot lock {path}: {error.strerror}; make the store's folder writable"
            ) from error


def _lock_or_refuse(descriptor: int, name: str, mode: int) -> None:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 64, 0).decode() or "another process"
        raise busy(name, holder) from None


class AdvisoryLock:
    """PostgreSQL's session lock on a connection of its own: gone when the process is.

    ``shared`` as for FileLock.
    """

    def __init__(self, engine: Engine, *, shared: bool = False) -> None:
        self._engine = engine
        self._kind = "_shared" if shared else ""

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        with translated(self._engine):
            connection = self._engine.connect()
        with connection:
            if not self._ask(connection, "pg_try_advisory_lock", key):
                raise busy(name, "another process")
            try:
                yield
            finally:
                self._give_back(connection, key)

    def _ask(self, connection: Connection, function: str, key: int) -> bool:
        with translated(self._engine):
            query = text(f"SELECT {function}{self._kind}(:key)")
            answer = connection.execute(query, {"key": key}).scalar_one()
            connection.commit()
        return bool(answer)

    def _give_back(self, connection: Connection, key: int) -> None:
        try:
            self._ask(connection, "pg_advisory_unlock", key)
        except StoreError:
            # A connection that broke (the server was restarted) took its lock along.
            connection.invalidate()


class LocalLock:
    """For a store in memory: one process, so only its threads can meet."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._guard = threading.Lock()

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        with self._guard:
            if name in self._held:
                raise busy(name, "this process")
            self._held.add(name)
        try:
            yield
        finally:
            with self._guard:
                self._held.discard(name)


class LeaderLock:
    """For a process whose every write is fenced: alone in this process, beside other leaders.

    A former leader that was frozen while it held ``shared`` keeps nobody but a person at a terminal
    from the name: its writes are refused by the store, so the next leader need not wait for it.
    """

    def __init__(self, shared: Lock) -> None:
        self._shared = shared
        self._own = LocalLock()

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        with self._own.hold(name), self._shared.hold(name):
            yield


def lock_for(engine: Engine, *, shared: bool = False) -> Lock:
    """Beside a SQLite file, in PostgreSQL, or for a store in memory within this process."""
    if engine.dialect.name != "sqlite":
        return AdvisoryLock(engine, shared=shared)
    file = file_of(engine.url)
    if file is None:
        return LocalLock()
    return FileLock(file.with_name(f"{file.name}.locks"), shared=shared)


def busy(name: str, holder: str) -> Busy:
    return Busy(f"{name} is being worked on by {holder}: wait for it to finish, then try again")
