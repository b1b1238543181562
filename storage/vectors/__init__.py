"""The memory's index: one shelf of documents, three ways to search it behind the VectorIndex port."""

from __future__ import annotations

from typing import Literal, TypeAlias

from sqlalchemy import Engine

from core.schemas.setups import Collection
from storage.vectors import pgvector, sqlite_vec
from storage.vectors.exact import ExactVectors
from storage.vectors.index import KeptVectors, Nearest
from storage.vectors.pgvector import PgVectors
from storage.vectors.shelf import Shelf
from storage.vectors.sqlite_vec import SqliteVectors

Backend: TypeAlias = Literal["auto", "exact", "sqlite_vec", "pgvector"]
MOST_IN_MEMORY = 100_000
"""Documents of one collection up to which ``auto`` keeps them in memory (150 MB at 384 dimensions)."""

__all__ = ["Backend", "KeptVectors", "backend_for", "open_vectors"]


def open_vectors(
    engine: Engine, model: str, dimensions: int, backend: Backend = "auto"
) -> KeptVectors:
    """The index over an open store's engine, for vectors of this model and length.

    BadInput when the backend asked for cannot be had here.
    """
    shelf = Shelf(engine, model, dimensions)
    chosen = backend_for(shelf) if backend == "auto" else backend
    return KeptVectors(shelf, _search(shelf, chosen))


def backend_for(shelf: Shelf) -> Backend:
    """What ``auto`` comes to: numpy as long as the largest collection fits, then what the store has."""
    if max(map(shelf.count, Collection)) <= MOST_IN_MEMORY:
        return "exact"
    if pgvector.available(shelf.engine):
        return "pgvector"
    on_sqlite = shelf.engine.dialect.name == "sqlite"
    return "sqlite_vec" if on_sqlite and sqlite_vec.available() else "exact"


def _search(shelf: Shelf, backend: Backend) -> Nearest:
    if backend == "sqlite_vec":
        return SqliteVectors(shelf)
    return PgVectors(shelf) if backend == "pgvector" else ExactVectors(shelf)
