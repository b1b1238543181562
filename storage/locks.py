"""One holder at a time per name, across processes; the system releases what a dead one held."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from core.errors import Busy, StoreUnusable


class FileLock:
    """`flock` on a file beside the SQLite store; it says who holds it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        descriptor = self._open(self._folder / f"{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}.lock")
        try:
            _lock_or_refuse(descriptor, name)
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


def _lock_or_refuse(descriptor: int, name: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 64, 0).decode() or "another process"
        raise busy(name, holder) from None


class AdvisoryLock:
    """PostgreSQL's session lock on a connection of its own: gone when the process is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        with self._engine.connect() as connection:
            taken = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key})
            if not taken.scalar_one():
                raise busy(name, "another process")
            connection.commit()
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
                connection.commit()


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


def busy(name: str, holder: str) -> Busy:
    return Busy(f"{name} is being worked on by {holder}: wait for it to finish, then try again")
