"""The VectorIndex port: documents on a shelf, found through one of three ways to search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np

from core.clock import as_utc
from core.errors import WrongDimension
from core.market import Floats32
from core.schemas.setups import Collection, Neighbour, Remembered
from storage.vectors.shelf import Shelf

DECIMALS = 6
"""Of a distance: the same on every machine, whatever order its processor adds in."""


class Nearest(Protocol):
    """A way to search a shelf; it follows the shelf's rows by itself."""

    def nearest(self, collection: Collection, vector: Floats32, known: int, k: int) -> list[str]:
        """Ids of at least ``k`` documents near the vector with ``known_at <= known`` (microseconds)."""
        ...


class KeptVectors:
    """Nearest neighbours by cosine distance among what was known at an instant; see the port."""

    def __init__(self, shelf: Shelf, search: Nearest) -> None:
        self._shelf = shelf
        self._search = search

    def add(self, documents: Sequence[Remembered], vectors: Floats32) -> None:
        if documents:
            self._shelf.put(documents, vectors)

    def fill(self, documents: Sequence[Remembered], vectors: Floats32, position: int) -> None:
        self._shelf.fill(documents, vectors, position)

    def read_to(self) -> int:
        return self._shelf.read_to()

    def known(self, ids: Sequence[str]) -> frozenset[str]:
        return frozenset(self._shelf.kept(ids))

    def clear(self) -> None:
        self._shelf.clear()

    def search(
        self, collection: Collection, vector: Floats32, as_of: datetime, k: int
    ) -> Sequence[Neighbour]:
        if vector.shape != (self._shelf.dimensions,):
            raise WrongDimension(
                f"the vector asked for has shape {vector.shape}, {collection} is kept in "
                f"{self._shelf.dimensions} dimensions: embed the question with {self._shelf.model}"
            )
        until = as_utc(as_of)
        candidates = self._search.nearest(collection, vector, microseconds(until), k)
        found = self._shelf.documents(candidates)
        # Said once more of the document itself, wherever its id came from.
        near = [
            Neighbour(document=document, distance=distance(vector, kept))
            for document, kept in found.values()
            if document.known_at <= until
        ]
        return sorted(near, key=lambda one: (one.distance, one.document.document_id))[:k]

    def count(self, collection: Collection) -> int:
        return self._shelf.count(collection)

    def digests(self, collection: Collection) -> Mapping[str, str]:
        return self._shelf.digests(collection)

    def remove(self, collection: Collection, ids: Sequence[str]) -> None:
        if ids:
            self._shelf.remove(collection, ids)

    def empty(self, collection: Collection) -> None:
        self._shelf.empty(collection)


def distance(one: Floats32, other: Floats32) -> float:
    """Cosine distance of two unit vectors, 0 to 2."""
    similarity = float(np.dot(one.astype(np.float64), other.astype(np.float64)))
    return round(min(max(1 - similarity, 0.0), 2.0), DECIMALS)


def microseconds(instant: datetime) -> int:
    """Since 1970, UTC."""
    text = as_utc(instant).replace(tzinfo=None)
    return int(np.datetime64(text, "us").astype(np.int64))
