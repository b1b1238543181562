"""One lock a SQLite engine: threads of a process queue here, and SQLite only keeps processes apart."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from threading import Lock, RLock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Pool

from storage.engine import in_memory

_locks: WeakKeyDictionary[Pool, AbstractContextManager[Any]] = WeakKeyDictionary()
_guard = Lock()


def process_lock(engine: Engine) -> AbstractContextManager[Any]:
    """The re-entrant lock of this engine's writers; PostgreSQL queues them itself and gets none.

    Whoever shares a pool shares the lock: SQLite's busy handler polls, and in memory all threads
    have one connection, on which a second transaction would end the first.
    """
    if engine.dialect.name != "sqlite":
        return nullcontext()
    with _guard:
        return _locks.setdefault(engine.pool, RLock())


def read_lock(engine: Engine) -> AbstractContextManager[Any]:
    """The same for readers: only in memory do they have to queue with the writers."""
    return process_lock(engine) if in_memory(engine.url) else nullcontext()
