"""One leader at a time under a name: a row that expires, and a token that only ever rises.

Deliberately: whether a leader is dead is decided by clocks and may be wrong; who may write is
decided by the token alone (``storage.fence``), so that a wrong clock costs a change of leader and
never makes a second writer.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text, update
from sqlmodel import col

from core.errors import LeaseLost
from storage.engine import writing
from storage.failures import translated
from storage.fence import Fence
from storage.lease_rows import MAKE_ROW, Now, Sight, clock_of, row_query
from storage.present import has_table
from storage.process_lock import process_lock, read_lock
from storage.statements import APPEND_LOCK, statements_for
from storage.tables import LeaseRow

SCHEDULER = "scheduler"


class Lease:
    """A process's claim to lead under ``name``; safe to share between threads.

    ``holder`` names this process and no other. Time is the database's own on PostgreSQL and the
    machine's on SQLite, unless ``now`` (seconds since 1970) is given. A database that cannot be
    asked is StoreError and changes nothing here.
    """

    def __init__(
        self,
        engine: Engine,
        name: str = SCHEDULER,
        *,
        holder: str,
        ttl_s: float = 20.0,
        now: Now | None = None,
    ) -> None:
        self.name = name
        self.holder = holder
        self.ttl_s = ttl_s
        self._engine = engine
        self._now = now
        self._token: int | None = None
        self._guard = threading.Lock()
        self._sight = Sight()

    @property
    def token(self) -> int | None:
        """The token last won; None when this process does not lead, as far as it knows."""
        return self._token

    def renew(self) -> int | None:
        """Win the lease when nobody has it, prolong it when we do; the token, or None if another has.

        The call that finds the lease lost says None even when it could be won again at once: what
        was begun under the old token has to end first.
        """
        with self._guard, translated(self._engine), process_lock(self._engine):
            token = self._token
            self._token = self._win() if token is None else self._prolong(token)
            return self._token

    def release(self) -> None:
        """Hand the lease back at once; its token stays used. Nothing happens when it is not ours."""
        with self._guard, translated(self._engine), process_lock(self._engine):
            token, self._token = self._token, None
            if token is not None:
                with writing(self._engine).begin() as connection:
                    self._change(connection, token, holder=None, expires_at=0.0)

    def fence(self) -> Fence:
        """What a fenced store checks: the token held now; LeaseLost when there is none."""
        token = self._token
        if token is None:
            raise LeaseLost(
                f"{self.holder} does not hold the {self.name} lease: it may not write before it wins"
            )
        mark = statements_for(self._engine.dialect.name).mark
        return Fence(self.name, self.holder, token, mark)

    def _prolong(self, token: int) -> int | None:
        with writing(self._engine).begin() as connection:
            # Asked inside the transaction: waiting for the lock is not part of the lease.
            now = clock_of(connection, self._now)
            times = {"heartbeat_at": now, "expires_at": now + self.ttl_s}
            return token if self._change(connection, token, **times) else None

    def _win(self) -> int | None:
        # A look first: a process that only stands by never takes the write lock.
        with self._engine.connect() as connection:
            row = connection.execute(row_query(self.name, clock_of(connection, self._now))).first()
        if row is not None and not self._sight.is_free(row):
            return None
        with writing(self._engine).begin() as connection:
            connection.execute(text(MAKE_ROW), {"name": self.name})
            query = row_query(self.name, clock_of(connection, self._now)).with_for_update()
            row = connection.execute(query).one()
            return self._take(connection, row.token) if self._sight.is_free(row) else None

    def _take(self, connection: Connection, newest: int) -> int:
        if connection.dialect.name == "postgresql":
            # Once we have this lock, appends of the last leader are over, or yet to be checked.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({APPEND_LOCK})")
        now = clock_of(connection, self._now)
        times = {"acquired_at": now, "heartbeat_at": now, "expires_at": now + self.ttl_s}
        values = {"holder": self.holder, "token": newest + 1, **times}
        connection.execute(update(LeaseRow).where(col(LeaseRow.name) == self.name).values(values))
        return newest + 1

    def _change(self, connection: Connection, token: int, **values: object) -> bool:
        """Change the row as long as it is the one we won."""
        mine = (
            col(LeaseRow.name) == self.name,
            col(LeaseRow.holder) == self.holder,
            col(LeaseRow.token) == token,
        )
        return connection.execute(update(LeaseRow).where(*mine).values(values)).rowcount == 1


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads, for pages; ``alive`` is False once its heartbeat is older than it promised."""

    holder: str
    token: int
    heartbeat_at: datetime
    expires_at: datetime
    alive: bool


def leader_of(engine: Engine, name: str = SCHEDULER) -> Leader | None:
    """Who leads under ``name``, dead or alive; None when nobody does or the store is not migrated."""
    with translated(engine), read_lock(engine), engine.connect() as connection:
        if not has_table(connection, "leases"):
            return None
        row = connection.execute(row_query(name, clock_of(engine, None))).first()
    if row is None or row.holder is None:
        return None
    beat, end = (datetime.fromtimestamp(at, UTC) for at in (row.heartbeat_at, row.expires_at))
    return Leader(row.holder, row.token, beat, end, alive=row.now < row.expires_at)
