"""What is remembered: counts a collection, documents by their words, neighbours of any of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.clock import from_iso
from core.schemas.setups import Collection, Neighbour, Remembered
from storage.queries.reader import StoreReader
from storage.vectors.exact import ExactVectors
from storage.vectors.index import KeptVectors
from storage.vectors.rows import COLLECTIONS, DOCUMENTS
from storage.vectors.shelf import Shelf

LISTED = 100


@dataclass(frozen=True, slots=True)
class CollectionLine:
    """``model`` made its vectors, None while it is empty; ``newest`` is when the last became known."""

    name: Collection
    documents: int
    model: str | None
    dimensions: int
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class MemoryStanding:
    """``stamp`` changes with whatever is kept: the memory is no part of the log."""

    collections: tuple[CollectionLine, ...]
    stamp: str

    def of(self, name: Collection) -> CollectionLine:
        return next(line for line in self.collections if line.name is name)


def memory_standing(reader: StoreReader) -> MemoryStanding:
    """Every collection in its order, the empty ones too."""
    kept = {row["collection"]: row for row in reader.rows(select(COLLECTIONS))}
    asked = select(
        DOCUMENTS.c.collection,
        func.count().label("documents"),
        func.max(DOCUMENTS.c.known_at).label("newest"),
    ).group_by(DOCUMENTS.c.collection)
    counted = {row["collection"]: row for row in reader.rows(asked)}
    lines = []
    for name in Collection:
        row, count = kept.get(name), counted.get(name)
        lines.append(
            CollectionLine(
                name=name,
                documents=0 if count is None else count["documents"],
                model=None if row is None or count is None else row["model"],
                dimensions=0 if row is None else row["dimensions"],
                newest=None if count is None else from_iso(count["newest"]),
            )
        )
    stamp = "/".join(
        f"{key}:{row['revision']}:{row['lineage']}" for key, row in sorted(kept.items())
    )
    return MemoryStanding(tuple(lines), stamp)


def remembered(
    reader: StoreReader, collection: Collection, words: str = "", limit: int = LISTED
) -> tuple[Remembered, ...]:
    """The newest documents of a collection, those that say ``words`` when any are given."""
    asked = select(DOCUMENTS.c.document).where(DOCUMENTS.c.collection == collection)
    for word in words.split():
        asked = asked.where(DOCUMENTS.c.document.icontains(word, autoescape=True))
    newest = asked.order_by(DOCUMENTS.c.known_at.desc(), DOCUMENTS.c.document_id).limit(limit)
    rows = reader.rows(newest)
    return tuple(Remembered.model_validate_json(row["document"]) for row in rows)


def one_remembered(reader: StoreReader, document_id: str) -> Remembered | None:
    row = reader.first(select(DOCUMENTS.c.document).where(DOCUMENTS.c.document_id == document_id))
    return None if row is None else Remembered.model_validate_json(row["document"])


class Neighbourhood:
    """Neighbours by the vectors that are kept: no model is asked, and the matrix stays between questions."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self._indexes: dict[tuple[str, int], KeptVectors] = {}

    def of(self, document: Remembered, as_of: datetime, k: int) -> tuple[Neighbour, ...]:
        """At most ``k`` others of its collection known at ``as_of``, nearest first."""
        line = memory_standing(self._reader).of(document.collection)
        log = self._reader.log()
        if log is None or line.model is None:
            return ()
        shelf = Shelf(log.engine, line.model, line.dimensions)
        _, vector = shelf.documents([document.document_id]).get(document.document_id, (None, None))
        if vector is None:
            return ()
        key = (line.model, line.dimensions)
        index = self._indexes.setdefault(key, KeptVectors(shelf, ExactVectors(shelf)))
        found = index.search(document.collection, vector, as_of, k + 1)
        others = [one for one in found if one.document.document_id != document.document_id]
        return tuple(others[:k])
