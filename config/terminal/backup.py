"""`backup`, `restore` and raw archives: what the commands do, and say when it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from config.terminal import show
from config.terminal.doctor import Check
from core.clock import FixedClock, as_utc, in_new_york, iso
from core.types import StoreKind, WeekId
from storage.anchors import anchor_file
from storage.backup import backup
from storage.backup_folder import newest_backup, nightly
from storage.backup_manifest import BackupManifest
from storage.event_store import SqlEventStore
from storage.raw_export import RawManifest, export_raw, raw_file, verify_export
from storage.restore import RestoreReport, restore
from storage.verification import VerificationResult, verify

STALE_DAYS = 3


def backup_folder(settings: Settings, kind: StoreKind) -> Path:
    """Where backups go by default: ``runs/backups`` for a real desk, a folder beside for any other."""
    own = settings.paths.runs / "backups"
    return own if kind is StoreKind.REAL else own / kind.lower()


def backup_check(settings: Settings, store: SqlEventStore, kind: StoreKind, now: datetime) -> Check:
    """For `doctor`: how old the newest nightly backup is; more than three days is a fault."""
    folder = backup_folder(settings, kind)
    newest = newest_backup(store, folder) if store.last_position() else None
    if newest is None:
        words = "no nightly backup yet: run `backup --nightly` from a timer (docs/operations.md)"
        return Check("backup", ok=True, detail=words)
    age = (in_new_york(now).date() - newest).days
    detail = f"newest is of {newest}, {age} days old"
    if age > STALE_DAYS:
        return Check("backup", ok=False, detail=f"{detail}: see why its timer fails")
    return Check("backup", ok=True, detail=detail)


def make_backup(store: SqlEventStore, target: Path, at: datetime, *, as_json: bool) -> None:
    """`backup [--to PATH]`; a folder (no dot in its name) receives a file named by the instant."""
    folder = target.is_dir() or not target.suffix
    file = target / f"backup-{as_utc(at):%Y%m%dT%H%M%SZ}.db" if folder else target
    report = backup(store, file, FixedClock(at))
    if as_json:
        show.as_json({"file": str(report.file), "manifest": report.manifest})
    else:
        show.line(f"backed up {_counts(report.manifest)} to {report.file}")


def make_nightly(store: SqlEventStore, folder: Path, at: datetime, *, as_json: bool) -> None:
    """`backup --nightly`: once a day, the old ones of its own making removed."""
    report = nightly(store, folder, at)
    if as_json:
        show.as_json(
            {
                "file": str(report.file),
                "made": report.made,
                "removed": [str(file) for file in report.removed],
                "manifest": report.manifest,
            }
        )
        return
    done = "backed up" if report.made else "already backed up today:"
    show.line(f"{done} {_counts(report.manifest)} to {report.file}")
    for file in report.removed:
        show.line(f"removed {file.name}: newer ones stand for its day, week and month")


def restore_backup(
    source: Path, settings: Settings, open_store: Callable[[str], SqlEventStore], *, as_json: bool
) -> bool:
    """`restore FILE [--store URL]`; False when an anchor proves that newer events were lost."""
    url = settings.database_url.get_secret_value()
    report = restore(source, url, open_store)
    held = _against_anchor(url, settings, open_store)
    if as_json:
        show.as_json(
            {
                "store": settings.store_shown,
                "manifest": report.manifest,
                "differing": report.differing,
                "anchor": held,
            }
        )
    else:
        _say_restored(report, settings, held)
    return held is None or held.ok


def archive_raw(store: SqlEventStore, week: WeekId, folder: Path, *, as_json: bool) -> None:
    """`export FOLDER --raw`: the week's raw calls as one file; the rows stay in the log."""
    manifest = export_raw(store, week, folder)
    _say_archive(manifest, raw_file(folder, week), "archived in", as_json=as_json)


def check_archive(week: WeekId, folder: Path, *, as_json: bool) -> None:
    """`export FOLDER --check`: an archive is held against its manifest and every line's hash."""
    manifest = verify_export(folder, week)
    _say_archive(manifest, raw_file(folder, week), "hold in", as_json=as_json)


def _say_archive(manifest: RawManifest, file: Path, done: str, *, as_json: bool) -> None:
    if as_json:
        show.as_json({"file": str(file), "manifest": manifest})
    else:
        show.line(f"week {manifest.week_id}: {manifest.lines} raw rows {done} {file}")


def _against_anchor(
    url: str, settings: Settings, open_store: Callable[[str], SqlEventStore]
) -> VerificationResult | None:
    """The restored store held against the anchors that outlived the old one; None without any."""
    store = open_store(url)
    try:
        file = anchor_file(store.engine, settings.paths.runs)
        return verify(store, file) if file is not None and file.exists() else None
    finally:
        store.close()


def _say_restored(
    report: RestoreReport, settings: Settings, held: VerificationResult | None
) -> None:
    manifest = report.manifest
    show.line(
        f"restored {_counts(manifest)} to {settings.store_shown}, as of {iso(manifest.created_at)}: "
        "every chain holds and ends where the backup's did"
    )
    for name in report.differing:
        show.line(f"read model {name} came out otherwise than in the backup: rebuilt from events")
    if held is not None and held.ok:
        show.line(held.message)
    elif held is not None:
        show.line(
            f"LOST since the backup: {held.message}. Use a newer backup if there is one; else keep "
            "the anchor file under another name as the proof, and a new one begins"
        )


def _counts(manifest: BackupManifest) -> str:
    return f"{manifest.events} events in {manifest.streams} streams"
