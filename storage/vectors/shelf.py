"""The rows behind every index: documents with their vectors, written once, followed by revision.

What a search goes through (numpy's matrix, sqlite-vec, pgvector) is a copy of these rows and follows
them by the collection's revision: no two can disagree for longer than a search takes to begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import numpy as np
from sqlalchemy import Connection, Engine, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from core.canonical import fingerprint
from core.clock import iso
from core.errors import WrongDimension, WrongModel
from core.market import Floats32
from core.schemas.setups import Collection, Remembered
from storage.engine import writing
from storage.failures import translated
from storage.process_lock import process_lock, read_lock
from storage.projections.writing import table_of
from storage.vectors.tables import MemoryCollectionRow, MemoryDocumentRow

COLLECTIONS, DOCUMENTS = table_of(MemoryCollectionRow), table_of(MemoryDocumentRow)
CHUNK = 5_000
"""Rows read or written at once; of 384 dimensions, 8 MB."""
ASKED_AT_ONCE = 500
"""Ids in one question: SQLite takes no more than 32,766 parameters."""
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


class Shelf:
    """Reads and writes the rows; only documents whose vectors can be compared stand on one shelf."""

    def __init__(self, engine: Engine, model: str, dimensions: int) -> None:
        self.engine = engine
        self.model = model
        self.dimensions = dimensions

    def standing(self, collection: Collection) -> Standing:
        with self.reading() as connection:
            return _standing(connection, collection)

    def check(self, collection: Collection) -> Standing:
        """The collection's standing; WrongModel or WrongDimension when it is not of our vectors."""
        standing = self.standing(collection)
        self._refuse_others(collection, standing)
        return standing

    def put(self, documents: Sequence[Remembered], vectors: Floats32) -> None:
        """Keep them, of whatever collections, in one transaction; an id that is there is replaced."""
        if vectors.shape != (len(documents), self.dimensions):
            raise WrongDimension(
                f"{len(documents)} documents came with vectors of shape {vectors.shape}, "
                f"this index keeps {self.dimensions} dimensions: embed them with {self.model}"
            )
        with translated(self.engine), process_lock(self.engine), self._transaction() as connection:
            for collection in sorted({document.collection for document in documents}):
                revision = self._next(connection, collection)
                rows = [
                    _row(document, vector, revision)
                    for document, vector in zip(documents, vectors, strict=True)
                    if document.collection is collection
                ]
                _upsert(connection, rows)

    def empty(self, collection: Collection) -> None:
        """Forget all of a collection, its model too: it may be filled by another."""
        with translated(self.engine), process_lock(self.engine), self._transaction() as connection:
            connection.execute(delete(DOCUMENTS).where(DOCUMENTS.c.collection == collection))
            connection.execute(delete(COLLECTIONS).where(COLLECTIONS.c.collection == collection))

    def remove(self, collection: Collection, ids: Sequence[str]) -> None:
        """Forget some documents; whoever follows begins anew, for a row gone leaves no trace."""
        with translated(self.engine), process_lock(self.engine), self._transaction() as connection:
            was = _standing(connection, collection)
            for start in range(0, len(ids), ASKED_AT_ONCE):
                chosen = DOCUMENTS.c.document_id.in_(ids[start : start + ASKED_AT_ONCE])
                connection.execute(
                    delete(DOCUMENTS).where(DOCUMENTS.c.collection == collection, chosen)
                )
            now = Standing(was.model, was.dimensions, was.revision + 1, _lineage())
            self._stand(connection, collection, now)

    def written(self, collection: Collection, after: int, until: int) -> Iterator[Written]:
        """Rows of the revisions after one up to another, CHUNK at a time, in no order."""
        columns = (DOCUMENTS.c.document_id, DOCUMENTS.c.known_at, DOCUMENTS.c.vector)
        asked = select(*columns).where(
            DOCUMENTS.c.collection == collection,
            DOCUMENTS.c.revision > after,
            DOCUMENTS.c.revision <= until,
        )
        with self.reading() as connection:
            rows = connection.execute(asked, execution_options={"yield_per": CHUNK})
            for part in rows.partitions():
                yield _copied([tuple(row) for row in part], self.dimensions)

    def documents(self, ids: Sequence[str]) -> dict[str, tuple[Remembered, Floats32]]:
        """These documents with their vectors; one that is not there (any more) is absent."""
        columns = (DOCUMENTS.c.document_id, DOCUMENTS.c.document, DOCUMENTS.c.vector)
        found: dict[str, tuple[Remembered, Floats32]] = {}
        with self.reading() as connection:
            for start in range(0, len(ids), ASKED_AT_ONCE):
                chosen = DOCUMENTS.c.document_id.in_(ids[start : start + ASKED_AT_ONCE])
                for key, text, vector in connection.execute(select(*columns).where(chosen)):
                    document = Remembered.model_validate_json(text)
                    found[key] = (document, np.frombuffer(vector, FLOAT32))
        return found

    def digests(self, collection: Collection) -> Mapping[str, str]:
        """Document ids with the digests of what is kept: what need not be embedded again."""
        asked = select(DOCUMENTS.c.document_id, DOCUMENTS.c.digest)
        with self.reading() as connection:
            rows = connection.execute(asked.where(DOCUMENTS.c.collection == collection))
            return {key: digest for key, digest in rows}  # noqa: C416 - rows are not typed

    def count(self, collection: Collection) -> int:
        asked = select(func.count()).where(DOCUMENTS.c.collection == collection)
        with self.reading() as connection:
            return int(connection.execute(asked).scalar_one())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with translated(self.engine), read_lock(self.engine), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with writing(self.engine).begin() as connection:
            yield connection

    def _next(self, connection: Connection, collection: Collection) -> int:
        """The revision of what is written now; refused when the collection is of other vectors."""
        was = _standing(connection, collection, lock=True)
        self._refuse_others(collection, was)
        now = Standing(self.model, self.dimensions, was.revision + 1, was.lineage or _lineage())
        self._stand(connection, collection, now)
        return now.revision

    def _stand(self, connection: Connection, collection: Collection, now: Standing) -> None:
        insert = _insert_of(connection)(COLLECTIONS)
        values = {
            "collection": collection.value,
            "model": now.model,
            "dimensions": now.dimensions,
            "revision": now.revision,
            "lineage": now.lineage,
        }
        connection.execute(
            insert.values(values).on_conflict_do_update(index_elements=["collection"], set_=values)
        )

    def _refuse_others(self, collection: Collection, standing: Standing) -> None:
        way_out = "run `memory reindex`, or set EMBEDDING_PROVIDER back"
        if standing.model not in ("", self.model):
            raise WrongModel(
                f"{collection} holds vectors of {standing.model}, not of {self.model}: {way_out}"
            )
        if standing.dimensions not in (0, self.dimensions):
            raise WrongDimension(
                f"{collection} holds vectors of {standing.dimensions} dimensions, not of "
                f"{self.dimensions}: {way_out}"
            )


def digest_of(document: Remembered) -> str:
    """SHA-256 of the whole document: another digest is another text, outcome or instant."""
    return fingerprint(document)


def _lineage() -> str:
    return uuid4().hex


def _standing(connection: Connection, collection: Collection, *, lock: bool = False) -> Standing:
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


def _row(document: Remembered, vector: Floats32, revision: int) -> dict[str, object]:
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


def _upsert(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    insert = _insert_of(connection)(DOCUMENTS)
    changed = {name: insert.excluded[name] for name in rows[0] if name != "document_id"}
    statement = insert.on_conflict_do_update(index_elements=["document_id"], set_=changed)
    for start in range(0, len(rows), CHUNK):
        connection.execute(statement, list(rows[start : start + CHUNK]))


def _insert_of(connection: Connection) -> type[sqlite.Insert | postgresql.Insert]:
    return sqlite.Insert if connection.dialect.name == "sqlite" else postgresql.Insert


def _copied(rows: Sequence[tuple[str, str, bytes]], dimensions: int) -> Written:
    ids, known, vectors = zip(*rows, strict=True)
    instants = np.array([text.removesuffix("Z") for text in known], "datetime64[us]")
    matrix = np.frombuffer(b"".join(vectors), FLOAT32).reshape(len(rows), dimensions)
    return Written(tuple(ids), instants.astype(np.int64), matrix)
