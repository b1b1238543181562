"""Proves a backup file whole before anything is made of it, and reads its events as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
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
from storage.revisions import is_newer, refusal
from storage.statements import COLUMNS
from storage.whole_files import checksum

CHUNK = 100
"""Rows read at once: few, so that unreadable ones are named closely."""
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
    if is_newer(manifest.schema_head):  # of an older one the events are taken, and nothing else
        raise StoreUnusable(f"backup {file} {refusal(manifest.schema_head)}")
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
        with closing(
            driver.connect(f"file:{quote(str(file))}?mode=ro&immutable=1", uri=True)
        ) as connection:
            connection.text_factory = _text
            rows = iter(connection.execute(f"SELECT {COLUMNS} FROM events ORDER BY position"))  # noqa: S608 - names
            while chunk := list(islice(rows, CHUNK)):
                yield chunk
                last = f"stream {chunk[-1][1]} version {chunk[-1][2]}"
    except (driver.Error, UnicodeDecodeError) as error:  # also of a column's name
        raise _damaged(file, f"unreadable after {last} ({error!s:.80})") from error


def _text(content: bytes) -> str:
    """A torn sign becomes another one, and the row it is in is named by its chain."""
    return content.decode("utf-8", "replace")


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
            _one_line(
                f"{what} is damaged: stream {fault.stream_id} version {fault.version} {fault.why}"
            )
        )
    return walk


def _refuse_nonsense(what: str, row: RawRow, before: int) -> None:
    """A damaged page may give any type and any number; the walk counts on events."""
    kinds = tuple(type(value) for value in row)
    if kinds not in KINDS or row[0] > before + FAR:
        raise ChainBroken(
            f"{what} is damaged: stream {row[1]!r:.80} version {row[2]!r:.20} at position "
            f"{row[0]!r:.20} is no event that was ever written"
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
    return ChainBroken(_one_line(f"backup {file} is damaged: {why}; use another backup"))


def _one_line(text: str) -> str:
    """What a damaged page holds may have any sign in it, and any length."""
    return " ".join(text.split())[:400]
