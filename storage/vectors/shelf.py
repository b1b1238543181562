"""The rows behind every index: documents with their vectors, written once, followed by revision.

What a search goes through (numpy's matrix, sqlite-vec, pgvector) is a copy of these rows and follows
them by the collection's revision: no two can disagree for longer than a search takes to begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
from sqlalchemy import Connection, Engine, delete, func, select

from core.errors import WrongDimension, WrongModel
from core.market import Floats32
from core.schemas.setups import Collection, Remembered
from storage.engine import writing
from storage.failures import translated
from storage.process_lock import process_lock, read_lock
from storage.vectors.rows import (
    CHUNK,
    COLLECTIONS,
    DOCUMENTS,
    FLOAT32,
    Standing,
    Written,
    copied,
    insert_of,
    new_lineage,
    row_of,
    standing_of,
    upsert,
)

ASKED_AT_ONCE = 500
"""Ids in one question: SQLite takes no more than 32,766 parameters."""
LOG = "log"
"""The row that says how far the log has been read: its ``revision`` is a position."""


class Shelf:
    """Reads and writes the rows; only documents whose vectors can be compared stand on one shelf."""

    def __init__(self, engine: Engine, model: str, dimensions: int) -> None:
        self.engine = engine
        self.model = model
        self.dimensions = dimensions

    def standing(self, collection: Collection) -> Standing:
        with self.reading() as connection:
            return standing_of(connection, collection)

    def check(self, collection: Collection) -> Standing:
        """The collection's standing; WrongModel or WrongDimension when it is not of our vectors."""
        standing = self.standing(collection)
        self._refuse_others(collection, standing)
        return standing

    def put(self, documents: Sequence[Remembered], vectors: Floats32) -> None:
        """Keep them, of whatever collections, in one transaction; an id that is there is replaced."""
        self._refuse_shape(documents, vectors)
        with translated(self.engine), process_lock(self.engine), self._transaction() as connection:
            self._put(connection, documents, vectors)

    def fill(self, documents: Sequence[Remembered], vectors: Floats32, position: int) -> None:
        """As `put`, and in the same transaction that the log has been read up to a position."""
        self._refuse_shape(documents, vectors)
        with translated(self.engine), process_lock(self.engine), self._transaction() as connection:
            self._refuse_others("the memory", standing_of(connection, LOG, lock=True))
            self._put(connection, documents, vectors)
            now = Standing(self.model, self.dimensions, position, "")
            self._stand(connection, LOG, now)

    def read_to(self) -> int:
        """The log's position up to which all is kept; WrongModel when by another model."""
        with self.reading() as connection:
            standing = standing_of(connection, LOG)
        self._refuse_others("the memory", standing)
        return standing.revision

    def clear(self) -> None:
        """Forget every document, and how far the log has been read."""
        with translated(self.engine), process_lock(self.engine), self._transaction() as connection:
            connection.execute(delete(DOCUMENTS))
            connection.execute(delete(COLLECTIONS))

    def kept(self, ids: Sequence[str]) -> Iterator[str]:
        """Those of the ids that are there."""
        with self.reading() as connection:
            for start in range(0, len(ids), ASKED_AT_ONCE):
                chosen = DOCUMENTS.c.document_id.in_(ids[start : start + ASKED_AT_ONCE])
                yield from connection.execute(
                    select(DOCUMENTS.c.document_id).where(chosen)
                ).scalars()

    def empty(self, collection: Collection) -> None:
        """Forget all of a collection, its model too: it may be filled by another."""
        with translated(self.engine), process_lock(self.engine), self._transaction() as connection:
            connection.execute(delete(DOCUMENTS).where(DOCUMENTS.c.collection == collection))
            connection.execute(delete(COLLECTIONS).where(COLLECTIONS.c.collection == collection))

    def remove(self, collection: Collection, ids: Sequence[str]) -> None:
        """Forget some documents; whoever follows begins anew, for a row gone leaves no trace."""
        with translated(self.engine), process_lock(self.engine), self._transaction() as connection:
            was = standing_of(connection, collection)
            for start in range(0, len(ids), ASKED_AT_ONCE):
                chosen = DOCUMENTS.c.document_id.in_(ids[start : start + ASKED_AT_ONCE])
                connection.execute(
                    delete(DOCUMENTS).where(DOCUMENTS.c.collection == collection, chosen)
                )
            now = Standing(was.model, was.dimensions, was.revision + 1, new_lineage())
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
                yield copied([tuple(row) for row in part], self.dimensions)

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

    def _put(
        self, connection: Connection, documents: Sequence[Remembered], vectors: Floats32
    ) -> None:
        for collection in sorted({document.collection for document in documents}):
            revision = self._next(connection, collection)
            rows = [
                row_of(document, vector, revision)
                for document, vector in zip(documents, vectors, strict=True)
                if document.collection is collection
            ]
            upsert(connection, rows)

    def _refuse_shape(self, documents: Sequence[Remembered], vectors: Floats32) -> None:
        if vectors.shape != (len(documents), self.dimensions):
            raise WrongDimension(
                f"{len(documents)} documents came with vectors of shape {vectors.shape}, "
                f"this index keeps {self.dimensions} dimensions: embed them with {self.model}"
            )

    def _next(self, connection: Connection, collection: Collection) -> int:
        """The revision of what is written now; refused when the collection is of other vectors."""
        was = standing_of(connection, collection, lock=True)
        self._refuse_others(collection, was)
        now = Standing(self.model, self.dimensions, was.revision + 1, was.lineage or new_lineage())
        self._stand(connection, collection, now)
        return now.revision

    def _stand(self, connection: Connection, collection: str, now: Standing) -> None:
        insert = insert_of(connection)(COLLECTIONS)
        values = {
            "collection": str(collection),
            "model": now.model,
            "dimensions": now.dimensions,
            "revision": now.revision,
            "lineage": now.lineage,
        }
        connection.execute(
            insert.values(values).on_conflict_do_update(index_elements=["collection"], set_=values)
        )

    def _refuse_others(self, collection: str, standing: Standing) -> None:
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
