"""Which lock keeps a second process from the same work."""

from __future__ import annotations

from sqlalchemy import Engine

from core.ports import Lock
from storage.locks import LeaderLock, lock_for

__all__ = ["leader_lock", "lock_for"]


def leader_lock(engine: Engine) -> Lock:
    """For the one process that leads: a former leader that froze with the lock keeps it from nothing."""
    return LeaderLock(lock_for(engine, shared=True))
