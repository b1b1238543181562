"""Files that appear whole or not at all: written under another name, flushed, then given their own."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from core.errors import BadInput, Busy, StoreUnusable

FreeBytes = Callable[[Path], int]
SPARE_BYTES = 16 * 1024 * 1024
"""Left free beside a new file: the desk goes on writing on the same disk."""
SQLITE_SIDES = ("", "-journal", "-wal", "-shm")
"""What SQLite may leave beside a database file, and the file itself."""
BLOCK = 1024 * 1024


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@contextmanager
def in_folder(folder: Path, what: str) -> Iterator[None]:
    """Make the folder and keep it to this process meanwhile; Busy when another one writes there.

    The lock is on the folder itself: it leaves no file behind and ends with the process. An OSError
    inside leaves as StoreUnusable in one line.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise unwritable(what, folder, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Busy(
            f"{what}: another process writes to {folder}: wait for it to finish, then try again"
        ) from error
    except OSError as error:
        raise unwritable(what, folder, error) from error
    finally:
        os.close(descriptor)


@contextmanager
def part_of(target: Path) -> Iterator[Path]:
    """The name under which ``target`` is written; whatever is left of it is removed, also a dead one's.

    Only for the holder of the folder: there is one such name a target.
    """
    part = target.with_name(f".{target.name}.part")
    _remove(part)
    try:
        yield part
    finally:
        _remove(part)


def publish(part: Path, target: Path) -> None:
    """Give a flushed file its own name at once; BadInput when something has that name already."""
    _flush(part)
    try:
        os.link(part, target)
    except FileExistsError as error:
        raise BadInput(f"{target} exists already: name a new file") from error
    except OSError:  # a file system without links: the folder is ours, so nobody comes between
        if target.exists():
            raise BadInput(f"{target} exists already: name a new file") from None
        part.rename(target)
    part.unlink(missing_ok=True)
    _flush(target.parent)


def replace(target: Path, content: bytes) -> None:
    """Write a small file whole, in place of what has its name."""
    with part_of(target) as part:
        part.write_bytes(content)
        _flush(part)
        part.replace(target)
        _flush(target.parent)


def refuse_no_room(folder: Path, needed: int, free: FreeBytes = free_bytes) -> None:
    """StoreUnusable unless ``needed`` bytes fit into the folder's disk with something to spare."""
    there = free(folder)
    if there < needed + SPARE_BYTES:
        raise StoreUnusable(
            f"{folder} has {_megabytes(there)} MB free and {_megabytes(needed + SPARE_BYTES)} MB "
            "are needed: free space or choose another folder"
        )


def checksum(file: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    digest = sha256()
    with file.open("rb") as handle:
        while block := handle.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def unwritable(what: str, place: Path, error: OSError) -> StoreUnusable:
    why = error.strerror or type(error).__name__
    return StoreUnusable(f"{what}: cannot write to {place}: {why}; free space or choose another")


def _megabytes(count: int) -> int:
    return -(-count // (1024 * 1024))


def _remove(part: Path) -> None:
    for side in SQLITE_SIDES:
        part.with_name(part.name + side).unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
