"""How read models are written: handlers by event type, and upserts on the driver's own cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from orjson import OPT_SORT_KEYS, dumps
from sqlalchemy import Connection, Table
from sqlmodel import SQLModel

from core.events.envelope import StoredEvent

Row: TypeAlias = Mapping[str, Any]
TableClass: TypeAlias = type[SQLModel]


def table_of(cls: TableClass) -> Table:
    """The SQLAlchemy table behind a SQLModel class."""
    table: Table = getattr(cls, "__table__")  # noqa: B009 - SQLModel does not declare it
    return table


def as_text(value: Any) -> str:
    """A document as JSON text with sorted keys: the same on every database and every rebuild."""
    return dumps(value, option=OPT_SORT_KEYS).decode()


class Rows:
    """Writes rows inside the transaction of the append.

    Statements go to the driver as text, once composed: through SQLAlchemy Core each would cost ten
    times as much, and every append pays for its projections.
    """

    def __init__(self, connection: Connection) -> None:
        self._cursor: Any = connection.connection.cursor()
        self._mark = "?" if connection.dialect.name == "sqlite" else "%s"

    def put(self, cls: TableClass, *rows: Row) -> None:
        """Insert rows of the same columns; one whose key is there gets the new values."""
        if not rows:
            return
        columns = tuple(rows[0])
        sql = _upsert(table_of(cls), columns, self._mark)
        values = [tuple(row.values()) for row in rows]
        if len(values) == 1:
            self._cursor.execute(sql, values[0])
        else:
            self._cursor.executemany(sql, values)

    def change(self, cls: TableClass, where: Row, changes: Row) -> None:
        """Set columns of the rows whose columns equal ``where``."""
        sql = _update(table_of(cls), tuple(where), tuple(changes), self._mark)
        self._cursor.execute(sql, (*changes.values(), *where.values()))

    def count(self, cls: TableClass, key: Row, column: str) -> None:
        """Add one to ``column`` of the row with this key, which begins at one."""
        sql = _increment(table_of(cls), tuple(key), column, self._mark)
        self._cursor.execute(sql, tuple(key.values()))

    def read(self, cls: TableClass, where: Row | None = None) -> list[dict[str, Any]]:
        """Whole rows, those whose columns equal ``where`` when it is given, as the driver has them."""
        table = table_of(cls)
        columns = tuple(column.name for column in table.columns)
        self._cursor.execute(
            _select(table, columns, tuple(where or ()), self._mark), tuple((where or {}).values())
        )
        return [dict(zip(columns, row, strict=True)) for row in self._cursor.fetchall()]


Handler: TypeAlias = Callable[[Rows, StoredEvent], None]


class TableProjection:
    """A read model of some tables, kept by one handler for each event type it wants."""

    def __init__(
        self, name: str, tables: Sequence[TableClass], handlers: Mapping[str, Handler]
    ) -> None:
        self.name = name
        self.tables = tuple(tables)
        self.types: frozenset[str] | None = frozenset(handlers)
        self._handlers = dict(handlers)

    def apply(self, connection: Connection, events: Sequence[StoredEvent]) -> None:
        rows = Rows(connection)
        for event in events:
            self._handlers[event.type](rows, event)

    def reset(self, connection: Connection) -> None:
        for cls in self.tables:
            connection.execute(table_of(cls).delete())


# Statement texts: only names of tables and columns are put together, never a value.


@lru_cache(maxsize=256)
def _upsert(table: Table, columns: tuple[str, ...], mark: str) -> str:
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    marks = ", ".join([mark] * len(columns))
    return (
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks}) "  # noqa: S608 - names
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )


@lru_cache(maxsize=256)
def _update(table: Table, keys: tuple[str, ...], columns: tuple[str, ...], mark: str) -> str:
    changes = ", ".join(f"{name} = {mark}" for name in columns)
    return f"UPDATE {table.name} SET {changes} WHERE {_equal(keys, mark)}"  # noqa: S608 - names


@lru_cache(maxsize=256)
def _increment(table: Table, keys: tuple[str, ...], column: str, mark: str) -> str:
    marks = ", ".join([mark] * len(keys))
    return (
        f"INSERT INTO {table.name} ({', '.join(keys)}, {column}) VALUES ({marks}, 1) "  # noqa: S608
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {column} = {table.name}.{column} + 1"
    )


@lru_cache(maxsize=256)
def _select(table: Table, columns: tuple[str, ...], keys: tuple[str, ...], mark: str) -> str:
    where = f" WHERE {_equal(keys, mark)}" if keys else ""
    return f"SELECT {', '.join(columns)} FROM {table.name}{where}"  # noqa: S608 - names


def _equal(keys: tuple[str, ...], mark: str) -> str:
    return " AND ".join(f"{name} = {mark}" for name in keys)
