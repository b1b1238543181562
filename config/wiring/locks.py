"""Which lock keeps a second process from the same work."""

from __future__ import annotations

from sqlalchemy import Engine

from core.ports import Lock
from storage.engine import file_of
from storage.locks import AdvisoryLock, FileLock, LeaderLock, LocalLock


def lock_for(engine: Engine, *, shared: bool = False) -> Lock:
    """Beside a SQLite file, in PostgreSQL, or for a store in memory within this process."""
    if engine.dialect.name != "sqlite":
        return AdvisoryLock(engine, shared=shared)
    file = file_of(engine.url)
    if file is None:
        return LocalLock()
    return FileLock(file.with_name(f"{file.name}.locks"), shared=shared)


def leader_lock(engine: Engine) -> Lock:
    """For the one process that leads: a former leader that froze with the lock keeps it from nothing."""
    return LeaderLock(lock_for(engine, shared=True))
