"""Who wrote what: the token and the process of every commit, noted in the commit's own transaction."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from core.events.envelope import StoredEvent
from storage.leases import Lease

TABLE = (
    "CREATE TABLE chaos_writers "
    "(first BIGINT NOT NULL, last BIGINT NOT NULL, token BIGINT, process BIGINT NOT NULL)"
)
NOTE = text("INSERT INTO chaos_writers VALUES (:first, :last, :token, :process)")


@dataclass
class Writers:
    """A projection of this test alone; ``lease`` is set once there is one."""

    lease: Lease | None = None
    name: str = "chaos_writers"
    types: frozenset[str] | None = None

    def reset(self, connection: Connection) -> None:
        """History cannot be made again: the rows stay."""

    def apply(self, connection: Connection, events: Sequence[StoredEvent]) -> None:
        token = None if self.lease is None else self.lease.token
        first, last = events[0].position, events[-1].position
        row = {"first": first, "last": last, "token": token, "process": os.getpid()}
        connection.execute(NOTE, row)


def make_table(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(TABLE))


def tokens(engine: Engine) -> list[tuple[int, int, int | None]]:
    """First and last position of every commit and its token, in the order of the log."""
    query = text("SELECT first, last, token FROM chaos_writers ORDER BY first")
    with engine.connect() as connection:
        return [(row.first, row.last, row.token) for row in connection.execute(query)]
