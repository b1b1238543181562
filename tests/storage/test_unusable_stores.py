"""A store that cannot be used is one clear line, and nothing is half written."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import event, select, text

from core.errors import BadInput, StoreUnusable
from storage.backup import backup
from storage.engine import PoolSettings, engine_facts, journal_mode, make_engine, writing
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader
from storage.queries.notes import NOTES
from storage.restore import restore
from storage.revisions import revisions
from tests.contract.sample_events import notes
from tests.storage.conftest import EVERYWHERE, REGISTRY, SHARED, SQLITE_FILE, SQLITE_MEMORY


def opening_fails(url: str, words: str) -> None:
    with pytest.raises(StoreUnusable, match=words) as caught:
        open_store(url, registry=REGISTRY)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_a_database(tmp_path):
    path = tmp_path / "notes.db"
    path.write_text("Dear diary, " * 100)
    opening_fails(f"sqlite:///{path}", "not a SQLite database; choose another with --store")
    assert path.read_text().startswith("Dear diary")


def test_a_folder_in_place_of_a_file(tmp_path):
    opening_fails(f"sqlite:///{tmp_path}", "cannot be opened")


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    opening_fails(f"sqlite:///{tmp_path / 'file' / 'runs' / 'events.db'}", "cannot be made")


def test_a_read_only_file_can_be_read_and_not_written(store, store_url):
    store.commit([notes("week/x", 0, 1)])
    path = store_url.removeprefix("sqlite:///")
    read_only = open_store(f"sqlite:///file:{path}?mode=ro&uri=true", registry=REGISTRY)
    assert len(list(read_only.read_all())) == 1
    with pytest.raises(StoreUnusable, match="read-only; make it writable"):
        read_only.commit([notes("week/x", 1, 1)])
    read_only.close()


def test_a_new_store_cannot_be_made_read_only(tmp_path):
    opening_fails(f"sqlite:///file:{tmp_path / 'no.db'}?mode=ro&uri=true", "cannot be opened")


def test_a_full_disk_loses_nothing_that_was_committed(store, store_url):
    store.commit([notes("week/x", 0, 3)])

    @event.listens_for(store.engine, "checkout")
    def _(connection, *_rest):
        connection.execute("PRAGMA max_page_count = 1")

    with pytest.raises(StoreUnusable, match="disk is full; nothing was half written"):
        store.commit([notes("week/x", 3, 500)])
    assert store.head("week/x").version == 3


def test_a_database_held_by_another_program(store, store_url):
    impatient = open_store(store_url, registry=REGISTRY)

    @event.listens_for(impatient.engine, "checkout")
    def _(connection, *_rest):
        connection.execute("PRAGMA busy_timeout = 50")

    held = writing(store.engine).begin()
    with held, pytest.raises(StoreUnusable, match="another program holds it"):
        impatient.commit([notes("week/x", 0, 1)])
    impatient.commit([notes("week/x", 0, 1)])
    impatient.close()


def test_a_postgres_server_that_is_not_there():
    address = "postgresql+psycopg://desk:secret@127.0.0.1:1/council"
    with pytest.raises(StoreUnusable, match="server cannot be reached") as caught:
        open_store(address, registry=REGISTRY)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["events.db", "mysql://localhost/x", "sqlite+aiosqlite:///x", ""])
def test_an_address_of_another_kind_is_bad_input(url):
    with pytest.raises(BadInput, match="store"):
        open_store(url, registry=REGISTRY)


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
def test_the_facts_are_asked_of_the_database(store, store_url):
    facts = engine_facts(store.engine)
    assert facts.dialect == store.engine.dialect.name
    assert facts.version[0].isdigit()


@pytest.mark.parametrize("level", ["FULL", "NORMAL"])
@pytest.mark.parametrize("store_url", [SQLITE_FILE, SQLITE_MEMORY], indirect=True)
def test_commits_are_as_durable_as_asked(open_at, level, store_url):
    facts = engine_facts(open_at(synchronous=level).engine)
    assert facts.synchronous == level
    assert facts.journal_mode in {"wal", "delete", "memory"}


class OldSqlite:
    sqlite_version_info = (3, 51, 2)


class FixedSqlite:
    sqlite_version_info = (3, 51, 3)


def test_a_sqlite_with_the_wal_bug_gets_a_rollback_journal():
    assert journal_mode(OldSqlite) == "delete"
    assert journal_mode(FixedSqlite) == "wal"


def test_the_pool_of_postgres_is_as_configured():
    settings = PoolSettings(min_size=2, max_size=5, command_timeout=7)
    pool = make_engine("postgresql://desk@localhost/council", pool=settings).pool
    assert (pool.size(), pool.timeout()) == (2, 7)


@pytest.fixture
def reading(store_url):
    """What a reader says of the notes after the statements were executed on its store."""

    def said(*statements):
        store = open_store(store_url, registry=REGISTRY, projections=ALL_PROJECTIONS)
        with store.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        store.close()
        with closing(StoreReader.at(store_url)) as reader, pytest.raises(StoreUnusable) as refused:
            reader.rows(select(NOTES))
        assert "\n" not in str(refused.value)
        return str(refused.value)

    return said


GONE, REVISION = "DROP TABLE notes", "UPDATE alembic_version SET version_num"


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_store_of_an_earlier_version_is_brought_up_to_date(reading):
    said = reading(GONE, f"{REVISION} = '0021'")
    assert "has the read models of an earlier version; `cli.py up`" in said


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_store_of_a_newer_version_asks_for_a_newer_program(reading):
    said = reading("ALTER TABLE notes RENAME TO remarks", f"{REVISION} = '9999'")
    assert "was written by a newer version (revision 9999" in said
    assert said.endswith("update this program")


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_store_of_a_revision_nobody_has_asks_for_its_backup(reading):
    said = reading(GONE, f"{REVISION} = '0006'")
    assert "revision 0006, which no version of this program has" in said
    assert "`cli.py restore FILE --store URL`" in said


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_store_with_a_gap_is_made_anew_from_its_backup(reading, store_url, tmp_path):
    """The way out it names is one: the new store has every read model."""
    said = reading(GONE)
    assert f"lacks what its revision {revisions()[-1]} has" in said
    assert "`cli.py backup`, then `cli.py restore` into a new store" in said
    store = open_store(store_url, registry=REGISTRY, projections=ALL_PROJECTIONS)
    store.commit([notes("week/x", 0, 3)])
    backup(store, tmp_path / "kept.db")
    store.close()
    anew = f"sqlite:///{tmp_path / 'anew.db'}"
    restore(
        tmp_path / "kept.db",
        anew,
        lambda url: open_store(url, registry=REGISTRY, projections=ALL_PROJECTIONS),
    )
    with closing(StoreReader.at(anew)) as reader:
        assert list(reader.rows(select(NOTES))) == []
