"""A store is migrated when it is opened; tables and migrations say the same."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from core.errors import StoreUnusable
from storage.engine import make_engine, writing
from storage.migrations import _run, alembic_config, upgrade
from storage.migrations.__main__ import difference
from storage.revisions import revisions
from tests.contract.sample_events import notes
from tests.fixture_files import ROOT
from tests.storage.conftest import EVERYWHERE, SHARED


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
def test_tables_and_migrations_agree(store):
    assert difference(store.engine) == []


def everything_in(engine):
    """Every statement of the schema, and the rows of every table."""
    with engine.connect() as connection:
        ask = connection.exec_driver_sql
        schema = ask("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
        tables = inspect(connection).get_table_names()
        rows = {name: ask(f"SELECT * FROM {name}").all() for name in tables}
        return list(map(tuple, schema)), rows


def test_a_new_store_is_letter_by_letter_what_the_migrations_make(store):
    migrated = make_engine("sqlite://")
    with writing(migrated).begin() as connection:
        _run(connection)
    assert everything_in(store.engine) == everything_in(migrated)
    assert ("alembic_version", [(revisions()[-1],)]) in everything_in(store.engine)[1].items()
    migrated.dispose()


def test_the_second_new_store_of_a_process_costs_a_fraction_of_the_migrations(open_at):
    def seconds(make):
        start = time.process_time()
        make(engine := make_engine("sqlite://"))
        engine.dispose()
        return time.process_time() - start

    def migrate(engine):
        with writing(engine).begin() as connection:
            _run(connection)

    seconds(upgrade)
    assert 3 * min(seconds(upgrade) for _ in range(5)) < min(seconds(migrate) for _ in range(5))


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_an_up_to_date_store_is_opened_without_migrating(store, store_url):
    engine = make_engine(store_url)
    assert upgrade(engine) is False
    engine.dispose()


def test_file_names_are_the_line_of_succession():
    script = ScriptDirectory.from_config(alembic_config())
    assert script.get_heads() == [revisions()[-1]]
    assert [step.revision for step in script.walk_revisions()] == revisions()[::-1]


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_database_of_a_newer_program_is_refused_and_left_alone(open_at):
    store = open_at()
    store.commit([notes("week/x", 0, 1)])
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnusable, match=r"newer version .revision 9999.*update this program"):
        open_at()
    assert store.head("week/x").version == 1


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_revision_nobody_has_is_no_newer_version(open_at):
    """Updating this program would not help: the number is between two of its own."""
    store = open_at()
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))
    with pytest.raises(StoreUnusable, match=r"revision 0006, which no version .* has") as refused:
        open_at()
    assert "`cli.py restore FILE --store URL`" in str(refused.value)
    assert "update this program" not in str(refused.value)


def test_another_programs_database_is_refused(store_url, open_at):
    engine = make_engine(store_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE cookies (name TEXT)"))
    engine.dispose()
    with pytest.raises(StoreUnusable, match=r"another program's database .it has a table cookies"):
        open_at()


def test_a_scratch_store_is_made_quickly(open_at):
    def opening(url: str) -> float:
        start = time.process_time()
        upgrade(engine := make_engine(url))
        engine.dispose()
        return time.process_time() - start

    opening("sqlite://")  # the first one imports Alembic
    assert min(opening("sqlite://") for _ in range(5)) < 0.2  # processor time


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_two_programs_may_open_a_new_store_at_once(store_url):
    code = (
        "import sys; from storage.event_store import open_store;"
        "from storage.serialization import EventRegistry;"
        "open_store(sys.argv[1], registry=EventRegistry([])).close()"
    )
    command = [sys.executable, "-c", code, store_url]
    running = [
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [(p.communicate()[1], p.returncode) for p in running] == [("", 0)] * 3


def test_the_migration_command_says_when_there_is_nothing_to_write():
    command = [sys.executable, "-m", "storage.migrations", "diff"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "tables and migrations agree\n")


def test_stores_in_memory_are_made_in_several_threads_at_once():
    """Two replays begin at the same time: Alembic alone would mix their connections up."""

    def made(_number):
        engine = make_engine("sqlite://")
        return upgrade(engine)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(made, range(12)))
