"""Proves a backup file whole before anything is made of it, and reads its events as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core.errors import BadInput, ChainBroken, StoreUnusable
from core.events.envelope import GENESIS_HASH
from storage.anchors import heads_digest
from storage.backup_manifest import BackupManifest, read_manifest
from storage.canonical import RawRow
from storage.chain import ChainWalk
from storage.engine import sqlite_driver
from storage.migrations import revisions
from storage.statements import COLUMNS
from storage.whole_files import checksum

CHUNK = 1_000
FAR = 1_000_000
"""A hole of more positions than this is a damaged number, not so many lost events."""
NONE = type(None)
KINDS = frozenset(
    (int, str, int, str, str, int, week, run, *(str,) * 7)
    for week in (str, NONE)
    for run in (str, NONE)
)
"""The types of a raw row's columns."""
ELSEWHERE = "every chain holds, so the damage is in a read model, an index or an unhashed column"


def check_backup(file: Path) -> BackupManifest:
    """The manifest of a backup whose bytes, chains and heads are what it says.

    A damaged one is ChainBroken with the first broken stream and version, one that cannot be read
    BadInput, one of a newer program StoreUnusable.
    """
    manifest = read_manifest(file)
    if manifest.schema_head not in revisions():
        raise StoreUnusable(
            f"backup {file} was written by a newer version (revision {manifest.schema_head}, this "
            f"program knows {revisions()[-1]}): update this program"
        )
    try:
        size, digest = file.stat().st_size, checksum(file)
    except OSError as error:
        raise BadInput(f"backup {file} cannot be read: {error.strerror}") from error
    whole = (size, digest) == (manifest.size, manifest.sha256)
    refuse_other(walked(f"backup {file}", backup_rows(file)), manifest, file)
    if not whole:
        raise _damaged(file, ELSEWHERE)
    return manifest


def backup_rows(file: Path) -> Iterator[list[RawRow]]:
    """Raw rows of the backup's log in position order; nothing is written beside the file."""
    driver: Any = sqlite_driver()
    last = "its start"
    try:
        connection = driver.connect(f"file:{quote(str(file))}?mode=ro&immutable=1", uri=True)
        try:
            cursor = connection.execute(f"SELECT {COLUMNS} FROM events ORDER BY position")  # noqa: S608 - names
            while rows := cursor.fetchmany(CHUNK):
                yield rows
                last = f"stream {rows[-1][1]} version {rows[-1][2]}"
        finally:
            connection.close()
    except (driver.Error, UnicodeDecodeError) as error:
        raise _damaged(file, f"unreadable after {last} ({error})") from error


def walked(what: str, chunks: Iterable[list[RawRow]]) -> ChainWalk:
    """Every chain followed to its end; the first fault is ChainBroken with stream and version."""
    walk = ChainWalk({})
    for rows in chunks:
        for row in rows:
            _refuse_nonsense(what, row, walk.events)
            walk.step(row)
    fault = walk.first_fault()
    if fault is not None:
        raise ChainBroken(
            f"{what} is damaged: stream {fault.stream_id} version {fault.version} {fault.why}"
        )
    return walk


def _refuse_nonsense(what: str, row: RawRow, before: int) -> None:
    """A damaged page may give any type and any number; the walk counts on events."""
    kinds = tuple(type(value) for value in row)
    if kinds not in KINDS or row[0] > before + FAR:
        raise ChainBroken(
            f"{what} is damaged: stream {row[1]!r} version {row[2]!r} at position {row[0]!r} is no "
            "event that was ever written"
        )


def refuse_other(walk: ChainWalk, manifest: BackupManifest, file: Path) -> None:
    """ChainBroken unless the walk met the manifest's events and heads, neither more nor fewer."""
    found = (walk.events, heads_digest(walk.heads))
    if found != (manifest.events, manifest.heads_digest):
        raise _damaged(
            file, f"it holds {walk.events} events, its manifest knows {manifest.events} (or others)"
        )


def log_id(chunks: Iterable[list[RawRow]]) -> str:
    """The hash of the log's first event: which log it is."""
    for rows in chunks:
        return str(rows[0][14])
    return GENESIS_HASH


def _damaged(file: Path, why: str) -> ChainBroken:
    return ChainBroken(f"backup {file} is damaged: {why}; use another backup")
