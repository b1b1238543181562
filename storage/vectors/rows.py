"""Rows of the shelf: how a document becomes one, how a vector comes back, how far a collection has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import numpy as np
from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from core.canonical import fingerprint
from core.clock import iso
from core.market import Floats32
from core.schemas.setups import Remembered
from storage.projections.writing import table_of
from storage.vectors.tables import MemoryCollectionRow, MemoryDocumentRow

COLLECTIONS, DOCUMENTS = table_of(MemoryCollectionRow), table_of(MemoryDocumentRow)
CHUNK = 5_000
"""Rows read or written at once; of 384 dimensions, 8 MB."""
FLOAT32 = np.dtype("<f4")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a collection has come; no lineage when nothing was ever kept in it.

    Of one lineage a higher revision only adds and replaces; another lineage is to be copied anew.
    """

    model: str = ""
    dimensions: int = 0
    revision: int = 0
    lineage: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """Some rows as an index copies them: ids, UTC microseconds since 1970, vectors (rows × dimensions)."""

    ids: tuple[str, ...]
    known_at: np.typing.NDArray[np.int64]
    vectors: Floats32


def digest_of(document: Remembered) -> str:
    """SHA-256 of the whole document: another digest is another text, outcome or instant."""
    return fingerprint(document)


def new_lineage() -> str:
    return uuid4().hex


def standing_of(connection: Connection, collection: str, *, lock: bool = False) -> Standing:
    columns = (
        COLLECTIONS.c.model,
        COLLECTIONS.c.dimensions,
        COLLECTIONS.c.revision,
        COLLECTIONS.c.lineage,
    )
    asked = select(*columns).where(COLLECTIONS.c.collection == collection)
    if lock:  # SQLite's transaction has the write lock already and knows no such clause
        asked = asked.with_for_update()
    row = connection.execute(asked).first()
    return Standing() if row is None else Standing(*row)


def row_of(document: Remembered, vector: Floats32, revision: int) -> dict[str, object]:
    return {
        "document_id": document.document_id,
        "collection": document.collection.value,
        "revision": revision,
        "known_at": iso(document.known_at),
        "symbol": document.symbol,
        "document": document.model_dump_json(),
        "digest": digest_of(document),
        "vector": vector.astype(FLOAT32).tobytes(),
    }


def upsert(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    insert = insert_of(connection)(DOCUMENTS)
    changed = {name: insert.excluded[name] for name in rows[0] if name != "document_id"}
    statement = insert.on_conflict_do_update(index_elements=["document_id"], set_=changed)
    for start in range(0, len(rows), CHUNK):
        connection.execute(statement, list(rows[start : start + CHUNK]))


def insert_of(connection: Connection) -> type[sqlite.Insert | postgresql.Insert]:
    return sqlite.Insert if connection.dialect.name == "sqlite" else postgresql.Insert


def copied(rows: Sequence[tuple[str, str, bytes]], dimensions: int) -> Written:
    ids, known, vectors = zip(*rows, strict=True)
    instants = np.array([text.removesuffix("Z") for text in known], "datetime64[us]")
    matrix = np.frombuffer(b"".join(vectors), FLOAT32).reshape(len(rows), dimensions)
    return Written(tuple(ids), instants.astype(np.int64), matrix)
