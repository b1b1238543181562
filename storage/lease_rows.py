"""A lease's row: how it is read and made, by whose clock, and when its holder counts as dead."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Engine,
    Row,
    Select,
    cast,
    extract,
    func,
    literal,
    select,
)
from sqlmodel import col

from storage.tables import LeaseRow

Now = Callable[[], float]
"""Seconds since 1970."""
MAKE_ROW = (
    "INSERT INTO leases (name, token, expires_at, heartbeat_at, acquired_at) "
    "VALUES (:name, 0, 0, 0, 0) ON CONFLICT (name) DO NOTHING"
)


def clock_of(engine: Engine | Connection, now: Now | None) -> ColumnElement[float]:
    """The time of the database, which all machines share, or of the only machine there is."""
    if now is None and engine.dialect.name == "postgresql":
        return cast(extract("epoch", func.clock_timestamp()), Double)
    return literal((now or time.time)(), Double)


def row_query(name: str, now: ColumnElement[float]) -> Select[str | None, int, float, float, float]:
    """``holder, token, heartbeat_at, expires_at, now`` of one lease."""
    return select(
        col(LeaseRow.holder),
        col(LeaseRow.token),
        col(LeaseRow.heartbeat_at),
        col(LeaseRow.expires_at),
        now.label("now"),
    ).where(col(LeaseRow.name) == name)


class Sight:
    """How long another's heartbeat has stood still, by the one clock here that nobody can set.

    Without it a clock set back by an hour would keep a dead leader alive for that hour.
    """

    def __init__(self) -> None:
        self._beat: tuple[int, float] | None = None
        self._since = 0.0

    def is_free(self, row: Row[str | None, int, float, float, float]) -> bool:
        """Whether nobody holds the lease, or its holder's promise is over by either clock."""
        beat, now = (row.token, row.heartbeat_at), time.monotonic()
        if beat != self._beat:
            self._beat, self._since = beat, now
        silent = now - self._since >= row.expires_at - row.heartbeat_at
        return bool(row.holder is None or row.now >= row.expires_at or silent)
