"""A store made anew from a backup: proven by the chains, its read models derived again, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from orjson import loads
from sqlalchemy import Connection, make_url, text

from core.errors import BadInput
from storage.backup_check import backup_rows, check_backup, refuse_other, walked
from storage.backup_copy import settle, sqlite_url
from storage.backup_manifest import BackupManifest
from storage.canonical import RawRow
from storage.engine import file_of, in_memory, writing
from storage.event_store import CHUNK, SqlEventStore
from storage.failures import place, translated
from storage.leases import SCHEDULER
from storage.projector import Projector
from storage.revisions import revisions
from storage.statements import Statements, statements_for
from storage.table_digests import read_model_tables, table_digests
from storage.whole_files import (
    SQLITE_SIDES,
    FreeBytes,
    free_bytes,
    in_folder,
    part_of,
    publish,
    refuse_no_room,
)

TOKENS_USED = "SELECT payload FROM events WHERE type = 'JobClaimed'"
TOKENS_GO_ON = (
    "INSERT INTO leases (name, token, expires_at, heartbeat_at, acquired_at) "
    "VALUES (:name, :token, 0, 0, 0) ON CONFLICT (name) DO UPDATE "
    "SET token = excluded.token, holder = NULL, expires_at = 0 WHERE leases.token < excluded.token"
)
OpenStore = Callable[[str], SqlEventStore]


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored; ``differing`` are read models that came out otherwise than they were.

    The events are the truth and proven, so those tables are as this program derives them: another
    version of it had derived them otherwise.
    """

    manifest: BackupManifest
    differing: tuple[str, ...]


def restore(
    source: Path, url: str, open_store: OpenStore, free: FreeBytes = free_bytes
) -> RestoreReport:
    """Fill the empty store at ``url``, on either database, with the backup's events as they stood.

    A store that holds events is BadInput, a damaged backup ChainBroken with stream and version;
    both leave everything as it was. Leases are not restored, nobody leads; only their count goes on.
    ``open_store`` opens (and makes) the store at a URL.
    """
    address = make_url(url)
    if in_memory(address):
        raise BadInput("restore into a store in memory would be lost at once: name a file")
    manifest = check_backup(source)
    file = file_of(address)
    if file is not None and not file.exists():
        return _into_new_file(source, manifest, file, (open_store, free))
    store = open_store(url)
    try:
        return _fill(store, source, manifest)
    finally:
        store.close()


def _into_new_file(
    source: Path, manifest: BackupManifest, file: Path, how: tuple[OpenStore, FreeBytes]
) -> RestoreReport:
    open_store, free = how
    for side in SQLITE_SIDES[1:]:
        if (left := file.with_name(file.name + side)).exists():
            raise BadInput(f"{left} is left of another store: move it away, then restore again")
    with in_folder(file.parent, f"restore to {file.name}"), part_of(file) as part:
        # The log once more in the write-ahead log of the one transaction that fills it.
        refuse_no_room(file.parent, 2 * manifest.size, free)
        store = open_store(sqlite_url(part))
        try:
            report = _fill(store, source, manifest)
        finally:
            store.close()
        settle(part)
        publish(part, file)
    return report


def _fill(store: SqlEventStore, source: Path, manifest: BackupManifest) -> RestoreReport:
    """Everything in one transaction: what fails on the way leaves the store empty."""
    sql = statements_for(store.engine.dialect.name)
    with translated(store.engine), writing(store.engine).begin() as connection:
        if store.engine.dialect.name != "sqlite":
            connection.exec_driver_sql(sql.begin)
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        if events := connection.exec_driver_sql(sql.last_position).scalar_one():
            raise BadInput(
                f"store {place(store.engine)} holds {events} events already: restore only into an "
                "empty one, and name another with --store"
            )
        for rows in backup_rows(source):
            connection.exec_driver_sql(sql.insert, [tuple(row) for row in rows])
        walk = walked("the restored store", _rows(connection, sql))
        refuse_other(walk, manifest, source)
        _let_tokens_go_on(connection)
        Projector(store.projections, store.registry, sql).rebuild(connection, store.projections)
        return RestoreReport(manifest, _differing(connection, store, manifest))


def _let_tokens_go_on(connection: Connection) -> None:
    """The next leader's token lies above every claim's in the log, or it would take them for newer."""
    used = [loads(row[0])["token"] for row in connection.exec_driver_sql(TOKENS_USED)]
    if used:
        connection.execute(text(TOKENS_GO_ON), {"name": SCHEDULER, "token": max(used)})


def _rows(connection: Connection, sql: Statements) -> Iterator[list[RawRow]]:
    position = 0
    while rows := connection.exec_driver_sql(sql.by_position, (position, CHUNK)).fetchall():
        yield [tuple(row) for row in rows]
        position = rows[-1][0]


def _differing(
    connection: Connection, store: SqlEventStore, manifest: BackupManifest
) -> tuple[str, ...]:
    """Comparable only under the same schema."""
    if manifest.schema_head != revisions()[-1]:
        return ()
    found = table_digests(connection, read_model_tables(store.projections))
    known = manifest.read_models
    return tuple(name for name in sorted(found) if name in known and found[name] != known[name])
