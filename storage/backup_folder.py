"""A folder of nightly backups: one a day, checked, and the oldest of its own making taken away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from core.clock import FixedClock, in_new_york
from core.errors import BadInput, StoreError
from core.events.envelope import GENESIS_HASH
from core.rules.retention import Retention, kept
from storage.backup import backup
from storage.backup_check import check_backup
from storage.backup_manifest import BackupManifest, manifest_file, read_manifest
from storage.event_store import SqlEventStore
from storage.whole_files import in_folder

NAME = re.compile(r"nightly-(\d{4}-\d{2}-\d{2})\.db")


@dataclass(frozen=True, slots=True)
class NightlyReport:
    """Tonight's backup (``made`` now, or there before), and which of the older ones went."""

    file: Path
    manifest: BackupManifest
    made: bool
    removed: tuple[Path, ...]


def nightly(
    store: SqlEventStore, folder: Path, at: datetime, policy: Retention | None = None
) -> NightlyReport:
    """Back up to ``nightly-YYYY-MM-DD.db`` (New York's date), then remove what is too old.

    Asked twice a day it does it once. Removed are only files with that name whose manifest says
    that they hold this very log; nothing is removed unless tonight's backup is whole. Another
    store's backup under tonight's name is BadInput.
    """
    file = folder / f"nightly-{in_new_york(at).date()}.db"
    made = not file.exists()
    if made:
        manifest = backup(store, file, FixedClock(at)).manifest
    else:
        manifest = check_backup(file)
        if manifest.log_id != _log_id(store):
            raise BadInput(f"{file} holds another store's log: give each store a folder of its own")
    return NightlyReport(file, manifest, made, _rotate(folder, manifest, policy or Retention()))


def own_backups(folder: Path, log_id: str) -> dict[date, Path]:
    """The folder's nightly backups of one log, by their day."""
    found = {}
    for file in folder.glob("nightly-*.db"):
        day = _day_of(file)
        if day is not None and _log_of(file) == log_id:
            found[day] = file
    return found


def newest_backup(store: SqlEventStore, folder: Path) -> date | None:
    """The day of this store's newest nightly backup there; None when there is none."""
    return max(own_backups(folder, _log_id(store)), default=None)


def _rotate(folder: Path, tonight: BackupManifest, policy: Retention) -> tuple[Path, ...]:
    with in_folder(folder, "removing old backups"):
        own = own_backups(folder, tonight.log_id)
        old = [own[day] for day in sorted(own.keys() - kept(own, policy))]
        for file in old:
            file.unlink()
            manifest_file(file).unlink()
    return tuple(old)


def _log_id(store: SqlEventStore) -> str:
    first = store.rows("SELECT hash FROM events WHERE position = 1", ())
    return str(first[0][0]) if first else GENESIS_HASH


def _day_of(file: Path) -> date | None:
    named = NAME.fullmatch(file.name)
    try:
        return None if named is None else date.fromisoformat(named[1])
    except ValueError:
        return None


def _log_of(file: Path) -> str | None:
    """Which log a backup is of; None for a file that is no backup of ours, which is left alone."""
    try:
        return read_manifest(file).log_id
    except (BadInput, StoreError):
        return None
