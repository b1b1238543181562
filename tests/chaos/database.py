"""The store as the driver sees and mistreats it: polled, locked, its server restarted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from core.desk.writing import SLOT_STREAM
from core.errors import StoreError
from core.events.scheduling import SchedulingBegan
from storage.event_store import SqlEventStore
from storage.leases import leader_of
from storage.statements import APPEND_LOCK
from tests.storage.postgres import end_other_sessions

Restart = Callable[[], None]


class Watched:
    """The store behind the eyes of the driver; while it cannot be asked, nothing has changed."""

    def __init__(self, store: SqlEventStore, url: str, restart: Restart | None) -> None:
        self.store = store
        self._url = url
        self._restart = restart
        self._held: Any = None
        self._ended: dict[str, str] = {}
        self._version = 0

    def ended(self) -> dict[str, str]:
        """Every slot that has an ending, with its outcome."""
        with contextlib.suppress(StoreError):
            for row in self.store.read(SLOT_STREAM, self._version):
                self._ended[str(row.payload["slot"])] = str(row.payload["outcome"])
                self._version = row.version
        return self._ended

    def has_begun(self) -> bool:
        with contextlib.suppress(StoreError):
            return any(True for _ in self.store.read_all(types=[SchedulingBegan.__name__]))
        return False

    def leader(self) -> str | None:
        """The name of the process that leads, as far as anybody knows."""
        with contextlib.suppress(StoreError):
            found = leader_of(self.store.engine)
            return None if found is None else found.holder.split("/")[0]
        return None

    def lock(self) -> None:
        """Nobody can write until `unlock`."""
        if self._held is not None:
            return
        connection = self.store.engine.raw_connection()
        take = f"SELECT pg_advisory_lock({APPEND_LOCK})" if self.has_server else "BEGIN IMMEDIATE"
        try:
            connection.cursor().execute(take)
        except Exception:  # noqa: BLE001 - somebody else holds it: as good as ours
            connection.invalidate()
            return
        self._held = connection

    def unlock(self) -> None:
        if self._held is not None:
            self._held.invalidate()
            self._held = None

    @property
    def has_server(self) -> bool:
        return self.store.engine.dialect.name != "sqlite"

    def strike(self) -> None:
        """The server restarts where there is one we may restart, else it ends every session."""
        self.unlock()
        if self._restart is not None:
            self._restart()
        else:
            end_other_sessions(self._url)
