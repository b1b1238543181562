"""pgvector: an HNSW graph in PostgreSQL, approximate, for memories larger than memory."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from sqlalchemy import Connection, Engine

from core.errors import BadInput
from core.market import Floats32
from core.schemas.setups import Collection
from storage.failures import translated
from storage.vectors.rows import Standing, Written
from storage.vectors.shelf import Shelf

SPARE = 16
"""Neighbours asked for beyond ``k``, so that the exact distances can set the order right."""
LOOKS_AT = 400
"""``hnsw.ef_search``: how many candidates the graph keeps in hand; recall against time."""
SCANS = 40_000
"""``hnsw.max_scan_tuples``: after so many that were not known yet, the table itself is read."""
LOCK = 7_012_004_418_027
"""PostgreSQL advisory lock: one program at a time brings the copy up to date."""


def available(engine: Engine) -> bool:
    """Whether this is a PostgreSQL that has the extension, and its Python half is installed."""
    if engine.dialect.name != "postgresql" or find_spec("pgvector") is None:
        return False
    with translated(engine), engine.connect() as connection:
        asked = "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'"
        return connection.exec_driver_sql(asked).first() is not None


class PgVectors:
    """Nearest through the graph, point in time by an iterative scan; what that misses is scanned for."""

    def __init__(self, shelf: Shelf) -> None:
        if not available(shelf.engine):
            raise BadInput(
                "pgvector needs a PostgreSQL store with the extension `vector`, and pip install -r "
                "requirements-embeddings.txt: or set memory.backend to exact in config/memory.yaml"
            )
        self._shelf = shelf
        self._vector: Any = importlib.import_module("pgvector").Vector
        self._register: Any = importlib.import_module("pgvector.psycopg").register_vector
        with translated(shelf.engine), shelf.engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS vector")
            connection.exec_driver_sql(
                "CREATE TABLE IF NOT EXISTS memory_copied (collection TEXT PRIMARY KEY, "
                "revision BIGINT, lineage TEXT)"
            )

    def nearest(self, collection: Collection, vector: Floats32, known: int, k: int) -> list[str]:
        standing = self._shelf.check(collection)
        if not (k and standing.lineage):
            return []
        with translated(self._shelf.engine):
            self._follow(collection, standing)
            with self._shelf.engine.begin() as connection:
                return self._ask(connection, collection, vector, known, k + SPARE)

    def _ask(
        self, connection: Connection, collection: Collection, vector: Floats32, known: int, k: int
    ) -> list[str]:
        """Through the graph; through the whole table when the graph finds fewer than there may be."""
        self._registered(connection)
        for setting in (
            f"hnsw.ef_search = {LOOKS_AT}",
            "hnsw.iterative_scan = strict_order",
            f"hnsw.max_scan_tuples = {SCANS}",
        ):
            connection.exec_driver_sql(f"SET LOCAL {setting}")
        sql = (
            f"SELECT document_id FROM {_table(collection)} WHERE known_at <= %s "  # noqa: S608
            "ORDER BY embedding <=> %s LIMIT %s"
        )
        given = (known, self._vector(vector), k)
        found = connection.exec_driver_sql(sql, given).scalars().all()
        if len(found) < k:
            connection.exec_driver_sql("SET LOCAL enable_indexscan = off")
            found = connection.exec_driver_sql(sql, given).scalars().all()
        return [str(one) for one in found]

    def _follow(self, collection: Collection, now: Standing) -> None:
        ours = (now.revision, now.lineage)
        with self._shelf.engine.connect() as connection:
            if _copied(connection, collection) == ours:
                return
        with self._shelf.engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # a graph takes minutes
            self._registered(connection)
            revision, lineage = _copied(connection, collection)
            anew = lineage != now.lineage
            if anew:
                _make(connection, collection, self._shelf.dimensions)
            self._insert(connection, collection, 0 if anew else revision, now.revision)
            if anew:  # a graph made of rows that are there is made in half the time
                _make_graph(connection, collection)
            connection.exec_driver_sql(
                "INSERT INTO memory_copied VALUES (%s, %s, %s) ON CONFLICT (collection) "
                "DO UPDATE SET (revision, lineage) = (excluded.revision, excluded.lineage)",
                (collection.value, *ours),
            )

    def _insert(
        self, connection: Connection, collection: Collection, after: int, until: int
    ) -> None:
        table, driver = _table(collection), _driver(connection)
        for part in self._shelf.written(collection, after, until):
            if after:
                connection.exec_driver_sql(
                    f"DELETE FROM {table} WHERE document_id = ANY(%s)",  # noqa: S608 - a name
                    (list(part.ids),),
                )
            self._copy(driver, table, part)

    def _copy(self, driver: Any, table: str, part: Written) -> None:
        into = f"COPY {table} (document_id, known_at, embedding) FROM STDIN WITH (FORMAT BINARY)"
        rows: Sequence[Any] = list(zip(part.ids, part.known_at.tolist(), part.vectors, strict=True))
        with driver.cursor().copy(into) as copy:
            copy.set_types(["text", "int8", "vector"])
            for found, known, vector in rows:
                copy.write_row((found, known, self._vector(vector)))

    def _registered(self, connection: Connection) -> None:
        """The driver knows the type on this connection; a pool's connections come and go."""
        driver = _driver(connection)
        if driver.adapters.types.get("vector") is None:
            self._register(driver)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _copied(connection: Connection, collection: Collection) -> tuple[int, str]:
    row = connection.exec_driver_sql(
        "SELECT revision, lineage FROM memory_copied WHERE collection = %s",
        (collection.value,),
    ).first()
    return (0, "") if row is None else (row[0], row[1])


def _make(connection: Connection, collection: Collection, dimensions: int) -> None:
    table = _table(collection)
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
    connection.exec_driver_sql(
        f"CREATE TABLE {table} (document_id TEXT PRIMARY KEY, known_at BIGINT NOT NULL, "
        f"embedding vector({dimensions}) NOT NULL)"
    )


def _make_graph(connection: Connection, collection: Collection) -> None:
    table = _table(collection)
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
    connection.exec_driver_sql(
        f"CREATE INDEX ON {table} USING hnsw (embedding vector_cosine_ops) "
        "WITH (m = 16, ef_construction = 100)"
    )


def _table(collection: Collection) -> str:
    return f"memory_vectors_{collection.value}"
