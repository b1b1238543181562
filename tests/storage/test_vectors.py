"""Every way to search the memory keeps the VectorIndex contract; their copies follow the rows."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import text

from core.errors import BadInput
from core.schemas.setups import Collection
from storage.event_store import open_store
from storage.vectors import backend_for, open_vectors, pgvector, sqlite_vec
from storage.vectors.shelf import Shelf
from tests.contract.vector_index import (
    SETUPS,
    SIZE,
    VectorIndexContract,
    at,
    index,
    names,
    remembered,
    unit,
)
from tests.storage.conftest import POSTGRES, REGISTRY, SQLITE_FILE, SQLITE_MEMORY
from tests.storage.postgres import fresh_database

__all__ = ["index"]
needs_sqlite_vec = pytest.mark.skipif(
    not sqlite_vec.available(), reason="pip install -r requirements-embeddings.txt"
)


@pytest.fixture(scope="module")
def shared_store(request, tmp_path_factory):
    """One store of its kind for all of them: making one takes longer than any search."""
    if request.param == "postgres":
        with fresh_database(request.getfixturevalue("pg_server")) as url:
            yield from _opened(url)
    else:
        file = tmp_path_factory.mktemp("vectors") / "events.db"
        yield from _opened("sqlite://" if request.param == SQLITE_MEMORY else f"sqlite:///{file}")


def _opened(url):
    store = open_store(url, registry=REGISTRY)
    yield store
    store.close()


class _OnAStore(VectorIndexContract):
    backend = "exact"

    @pytest.fixture
    def open_index(self, shared_store):
        for collection in Collection:
            Shelf(shared_store.engine, "", 0).empty(collection)
        return lambda model, dimensions: open_vectors(
            shared_store.engine, model, dimensions, self.backend
        )


@pytest.mark.parametrize("shared_store", [SQLITE_FILE, SQLITE_MEMORY, POSTGRES], indirect=True)
class TestExact(_OnAStore):
    pass


@needs_sqlite_vec
@pytest.mark.parametrize("shared_store", [SQLITE_FILE, SQLITE_MEMORY], indirect=True)
class TestSqliteVec(_OnAStore):
    backend = "sqlite_vec"


@pytest.mark.parametrize("shared_store", [POSTGRES], indirect=True)
class TestPgVector(_OnAStore):
    backend = "pgvector"


@needs_sqlite_vec
def test_a_copy_left_behind_by_another_store_is_made_anew(tmp_path, open_at):
    store = open_at()
    file = tmp_path / "events.db"
    open_vectors(store.engine, "m", SIZE, "sqlite_vec").add([remembered("a")], np.stack([unit(1)]))
    copied = open_vectors(store.engine, "m", SIZE, "sqlite_vec")
    assert names(copied.search(SETUPS, unit(1), at(0), 4)) == ["a"]
    assert file.with_name("events.db.vectors").exists()
    store.close()
    for each in tmp_path.glob("events.db*"):
        if each.suffix != ".vectors":
            each.unlink()
    other = open_vectors(open_at().engine, "m", SIZE, "sqlite_vec")
    other.add([remembered("b")], np.stack([unit(0, 1)]))
    assert names(other.search(SETUPS, unit(1), at(0), 4)) == ["b"]


@pytest.mark.parametrize("store_url", [POSTGRES], indirect=True)
def test_on_postgres_what_the_graph_passes_by_is_found_in_the_table(store):
    """Three thousand things of the future are nearer than the only one that was known."""
    future = np.random.default_rng(3).normal(0, 0.01, (3_000, SIZE)).astype(np.float32) + unit(1)
    future /= np.linalg.norm(future, axis=1, keepdims=True)
    found = open_vectors(store.engine, "m", SIZE, "pgvector")
    found.add([remembered(f"f{n}", 100) for n in range(3_000)], future)
    found.add([remembered("known", 0)], np.stack([unit(-1)]))
    assert names(found.search(SETUPS, unit(1), at(0), 4)) == ["known"]


@pytest.mark.parametrize("store_url", [SQLITE_FILE, POSTGRES], indirect=True)
def test_left_to_choose_it_keeps_little_in_memory(store):
    assert backend_for(Shelf(store.engine, "m", SIZE)) == "exact"


@pytest.mark.parametrize("store_url", [SQLITE_FILE], indirect=True)
def test_pgvector_without_postgres_says_what_to_do(store):
    with pytest.raises(BadInput, match=r"pgvector needs a PostgreSQL store.*memory\.backend"):
        open_vectors(store.engine, "m", SIZE, "pgvector")


@pytest.mark.parametrize("store_url", [POSTGRES], indirect=True)
def test_the_graph_is_used_and_lies_in_a_table_of_its_own(store):
    assert pgvector.available(store.engine)
    found = open_vectors(store.engine, "m", SIZE, "pgvector")
    found.add([remembered("a")], np.stack([unit(1)]))
    found.search(SETUPS, unit(1), at(0), 4)
    asked = text("SELECT indexdef FROM pg_indexes WHERE tablename = 'memory_vectors_trade_setups'")
    with store.engine.connect() as connection:
        definitions = connection.execute(asked).scalars().all()
    assert any("USING hnsw" in definition for definition in definitions)
