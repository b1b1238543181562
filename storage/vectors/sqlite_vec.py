"""sqlite-vec: a virtual table of vectors in a file beside the store, searched without loading it.

Deliberately not in the store itself: whoever opens that needs no extension, and a backup carries no copy.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import Any

from core.errors import BadInput
from core.market import Floats32
from core.schemas.setups import Collection
from storage.engine import BUSY_SECONDS, file_of, sqlite_driver
from storage.failures import translated
from storage.vectors.rows import FLOAT32, Standing
from storage.vectors.shelf import Shelf

SPARE = 16
"""Neighbours asked for beyond ``k``: among equally distant ones the document id decides, not the table."""
MOST = 4_096
"""What sqlite-vec gives at most."""


def available() -> bool:
    """Whether the extension is installed and this SQLite loads any."""
    return find_spec("sqlite_vec") is not None and hasattr(
        sqlite_driver().Connection, "enable_load_extension"
    )


class SqliteVectors:
    """Nearest by a scan inside SQLite; exact, several times slower than numpy, a tenth of its memory."""

    def __init__(self, shelf: Shelf) -> None:
        if not available():
            raise BadInput(
                "sqlite-vec is not installed: pip install -r requirements-embeddings.txt, "
                "or set memory.backend to exact in config/memory.yaml"
            )
        self._shelf = shelf
        file = file_of(shelf.engine.url)
        self._file = None if file is None else file.with_name(f"{file.name}.vectors")
        self._lock = RLock()
        self._open: Any = None

    def nearest(self, collection: Collection, vector: Floats32, known: int, k: int) -> list[str]:
        standing = self._shelf.check(collection)
        if not (k and standing.lineage):
            return []
        with self._connected() as connection:
            self._follow(connection, collection, standing)
            return [
                found
                for (found,) in connection.execute(
                    f"SELECT document_id FROM {_table(collection)} "  # noqa: S608 - an enum's name
                    "WHERE embedding MATCH ? AND k = ? AND known_at <= ?",
                    (vector.astype(FLOAT32).tobytes(), min(k + SPARE, MOST), known),
                )
            ]

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """The one connection, opened with the first question; threads take turns."""
        with translated(self._shelf.engine), self._lock:
            if self._open is None:
                self._open = _opened(self._file)
            yield self._open

    def _follow(self, connection: Any, collection: Collection, now: Standing) -> None:
        """Put in what was written since the copy's revision, all of it of another lineage."""
        if _copied(connection, collection) == (now.revision, now.lineage):
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            revision, lineage = _copied(connection, collection)
            if lineage != now.lineage:
                _make(connection, collection, self._shelf.dimensions)
                revision = 0
            self._insert(connection, collection, revision, now.revision)
            connection.execute(
                "INSERT OR REPLACE INTO copied VALUES (?, ?, ?)",
                (collection.value, now.revision, now.lineage),
            )
            connection.execute("COMMIT")
        except BaseException:  # a cancelled task too must leave no open transaction behind
            connection.execute("ROLLBACK")
            raise

    def _insert(self, connection: Any, collection: Collection, after: int, until: int) -> None:
        table = _table(collection)
        for part in self._shelf.written(collection, after, until):
            if after:
                connection.executemany(
                    f"DELETE FROM {table} WHERE document_id = ?",  # noqa: S608 - an enum's name
                    [(found,) for found in part.ids],
                )
            rows = zip(part.ids, part.known_at.tolist(), part.vectors, strict=True)
            connection.executemany(
                f"INSERT INTO {table} (document_id, known_at, embedding) VALUES (?, ?, ?)",  # noqa: S608
                [(found, known, vector.tobytes()) for found, known, vector in rows],
            )


def _opened(file: Path | None) -> Any:
    """A connection that has the extension, to the file or to memory."""
    extension: Any = importlib.import_module("sqlite_vec")
    connection: Any = sqlite_driver().connect(
        ":memory:" if file is None else str(file),
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.enable_load_extension(True)
    connection.load_extension(extension.loadable_path())
    connection.enable_load_extension(False)
    # A copy that a crash spoils is made again, so it need not wait for the disk.
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS copied "
        "(collection TEXT PRIMARY KEY, revision INTEGER, lineage TEXT)"
    )
    return connection


def _copied(connection: Any, collection: Collection) -> tuple[int, str]:
    row = connection.execute(
        "SELECT revision, lineage FROM copied WHERE collection = ?", (collection.value,)
    ).fetchone()
    return (0, "") if row is None else row


def _make(connection: Any, collection: Collection, dimensions: int) -> None:
    table = _table(collection)
    connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute(
        f"CREATE VIRTUAL TABLE {table} USING vec0(document_id TEXT PRIMARY KEY, "
        f"known_at INTEGER, embedding FLOAT[{dimensions}] DISTANCE_METRIC=cosine)"
    )


def _table(collection: Collection) -> str:
    return f"vectors_{collection.value}"
