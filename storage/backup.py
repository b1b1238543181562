"""A copy of a store that is whole, made while others write, and that says what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.clock import Clock, SystemClock
from core.errors import BadInput
from storage.anchors import heads_digest
from storage.backup_check import backup_rows, log_id, walked
from storage.backup_copy import copied_bytes, copy_store, settle, sqlite_url
from storage.backup_manifest import BackupManifest, TableDigest, write_manifest
from storage.engine import make_engine
from storage.event_store import SqlEventStore
from storage.revisions import revisions
from storage.table_digests import read_model_tables, table_digests, whole_tables
from storage.whole_files import (
    FreeBytes,
    checksum,
    free_bytes,
    in_folder,
    part_of,
    publish,
    refuse_no_room,
)


@dataclass(frozen=True, slots=True)
class BackupReport:
    """The file that was written and what its manifest says."""

    file: Path
    manifest: BackupManifest


def backup(
    store: SqlEventStore,
    target: Path,
    clock: Clock | None = None,
    free: FreeBytes = free_bytes,
) -> BackupReport:
    """Write log and read models to a new SQLite file, and its manifest beside it, or nothing.

    The file gets its name only when it is whole and flushed, after its manifest. An existing target
    is BadInput, a full disk or another backup in that folder StoreUnusable or Busy. A log whose
    chains do not hold is ChainBroken: its last good backup is worth more than a copy of the damage.
    """
    with in_folder(target.parent, f"backup to {target.name}"):
        if target.exists():
            raise BadInput(f"backup target {target} exists already: name a new file")
        refuse_no_room(target.parent, copied_bytes(store.engine), free)
        with part_of(target) as part:
            copy_store(store, part)
            manifest = _manifest(store, part, (clock or SystemClock()))
            write_manifest(target, manifest)
            publish(part, target)
    return BackupReport(target, manifest)


def _manifest(store: SqlEventStore, part: Path, clock: Clock) -> BackupManifest:
    """Read from the copy itself: the store has gone on since."""
    read_models = _digests(store, part)
    settle(part)
    walk = walked("this store's log", backup_rows(part))
    source: Literal["sqlite", "postgresql"] = (
        "sqlite" if store.engine.dialect.name == "sqlite" else "postgresql"
    )
    return BackupManifest(
        created_at=clock.now(),
        source=source,
        schema_head=revisions()[-1],
        log_id=log_id(backup_rows(part)),
        events=walk.events,
        streams=len(walk.heads),
        heads_digest=heads_digest(walk.heads),
        read_models=read_models,
        size=part.stat().st_size,
        sha256=checksum(part),
    )


def _digests(store: SqlEventStore, part: Path) -> dict[str, TableDigest]:
    engine = make_engine(sqlite_url(part), "NORMAL")
    try:
        with engine.connect() as connection:
            known = read_model_tables(store.projections)
            return table_digests(connection, whole_tables(connection, known))
    finally:
        engine.dispose()
