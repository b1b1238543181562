"""What the event store is measured against, each with the same payload, SQLite library and fsync."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, Engine, Integer, MetaData, Table, Text, create_engine, event

from storage.engine import sqlite_driver

DRIVER = sqlite_driver()
# Before the eventsourcing library is imported: it then runs on the same SQLite library as we do.
sys.modules["sqlite3"] = DRIVER

from eventsourcing.application import Application  # noqa: E402 - after the line above
from eventsourcing.domain import Aggregate  # noqa: E402 - as above
from eventsourcing.domain import event as domain_event  # noqa: E402 - as above

TEXTS = (
    "stream_id", "event_id", "type", "week_id", "run_id", "payload", "metadata", "telemetry",
    "occurred_at", "recorded_at", "previous_hash", "hash",
)  # fmt: skip
META = MetaData()
BARE = Table(
    "bare_events",
    META,
    Column("position", Integer, primary_key=True),
    Column("version", Integer),
    Column("schema_version", Integer),
    *(Column(name, Text) for name in TEXTS),
)


def bare_row(number: int, payload: dict[str, object]) -> dict[str, object]:
    """A row as wide as ours, without any guarantee: no index, no trigger, no hash to compute."""
    texts = dict.fromkeys(TEXTS, "0" * 32)
    return {
        **texts,
        "version": number,
        "schema_version": 1,
        "payload": json.dumps(payload),
        "metadata": "{}",
        "telemetry": "{}",
        "hash": "0" * 64,
        "previous_hash": "0" * 64,
    }


class Core:
    """SQLAlchemy Core's bare insert-and-commit."""

    def __init__(self, path: Path) -> None:
        self.engine: Engine = create_engine(f"sqlite:///{path}", module=DRIVER)

        @event.listens_for(self.engine, "connect")
        def _(connection: Any, _record: object) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")

        META.create_all(self.engine)

    def append(self, row: dict[str, object]) -> None:
        with self.engine.begin() as connection:
            connection.execute(BARE.insert(), row)


class Raw:
    """The driver alone, one prepared statement; ``unique``: our two unique constraints as well."""

    def __init__(self, path: Path, *, unique: bool) -> None:
        self.connection = DRIVER.connect(str(path), isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        columns = [column.name for column in BARE.columns if column.name != "position"]
        constraints = ", UNIQUE (event_id), UNIQUE (stream_id, version)" if unique else ""
        self.connection.execute(
            f"CREATE TABLE raw (position INTEGER PRIMARY KEY, {', '.join(columns)}{constraints})"
        )
        self.columns = columns
        self.sql = (
            f"INSERT INTO raw ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        )
        self.count = 0

    def rows(self, payloads: Sequence[dict[str, object]]) -> list[list[object]]:
        """Ready-made rows with new ids and the next versions."""
        made = []
        for payload in payloads:
            self.count += 1
            row = {**bare_row(self.count, payload), "event_id": str(uuid4())}
            made.append([row[name] for name in self.columns])
        return made

    def append(self, rows: Sequence[list[object]]) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(self.sql, rows)
        self.connection.execute("COMMIT")


def scan(path: Path) -> int:
    """Every column of every row of the store's own table, as Python objects; returns the number."""
    connection = DRIVER.connect(str(path))
    count = 0
    for _ in connection.execute("SELECT * FROM events ORDER BY position"):
        count += 1
    connection.close()
    return count


class Desk(Aggregate):
    """An aggregate of the eventsourcing library whose event carries our payload."""

    @domain_event("Checked")
    def check(self, payload: dict[str, object]) -> None:
        self.last = payload


class Library:
    """The eventsourcing library: ``save`` of one new event, and its replay of a whole log."""

    def __init__(self, path: Path) -> None:
        env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
        self.application: Application = Application(env)
        self.desk = Desk()
        self.application.save(self.desk)

    def append(self, payload: dict[str, object]) -> None:
        self.desk.check(payload)
        self.application.save(self.desk)

    def fill(self, payloads: Sequence[dict[str, object]]) -> None:
        for payload in payloads:
            self.desk.check(payload)
        self.application.save(self.desk)

    def replay(self) -> int:
        return sum(1 for _ in self.application.events.get(self.desk.id))

    def close(self) -> None:
        self.application.close()
