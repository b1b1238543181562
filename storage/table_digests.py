"""One number for a table's rows, the same on every database and in every order."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import Connection, Table, inspect, select
from sqlmodel import SQLModel

from storage.backup_manifest import TableDigest
from storage.projections.writing import as_text, table_of
from storage.projector import Projection

CHUNK = 1_000


def read_model_tables(projections: Iterable[Projection]) -> list[Table]:
    """The tables of these read models by name; leases and the like are not among them."""
    found: dict[str, Table] = {}
    for projection in projections:
        classes: tuple[type[SQLModel], ...] = getattr(projection, "tables", ())
        found |= {table.name: table for table in map(table_of, classes)}
    return [found[name] for name in sorted(found)]


def whole_tables(connection: Connection, tables: Iterable[Table]) -> list[Table]:
    """Those the database has with every column: what lacks one is derived again by a restore."""
    there = inspect(connection)
    return [
        table
        for table in tables
        if there.has_table(table.name)
        and {column.name for column in table.columns}
        <= {column["name"] for column in there.get_columns(table.name)}
    ]


def table_digests(connection: Connection, tables: Iterable[Table]) -> dict[str, TableDigest]:
    """Each table's digest by its name."""
    return {table.name: _digest(connection, table) for table in tables}


def _digest(connection: Connection, table: Table) -> TableDigest:
    rows = connection.execute(select(table), execution_options={"yield_per": CHUNK})
    hashes = sorted(sha256(as_text(list(row)).encode()).digest() for row in rows)
    return TableDigest(rows=len(hashes), digest=sha256(b"".join(hashes)).hexdigest())
