"""What a restore gives back is what was backed up, or nothing at all."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.errors import BadInput, ChainBroken, StoreError, StoreUnusable
from core.events import ALL_EVENTS
from core.events.envelope import Append, Event, NewEvent, event_id
from core.types import StreamId
from storage.backup import backup
from storage.backup_check import check_backup
from storage.backup_manifest import manifest_file, read_manifest, write_manifest
from storage.event_store import open_store
from storage.leases import Lease
from storage.projections import ALL_PROJECTIONS
from storage.restore import restore
from storage.serialization import EventRegistry
from storage.table_digests import read_model_tables, table_digests
from storage.verification import verify
from tests.contract.sample_events import START, notes
from tests.fakes.stored_weeks import open_desk, write_week
from tests.storage.conftest import POSTGRES, REGISTRY, SHARED
from tests.storage.test_backup import keeper, killed_at_random, visible

WEEK = "week/2026-11-18"


def opened(url: str):
    return open_store(url, registry=REGISTRY, projections=ALL_PROJECTIONS)


def rows_of(store) -> list:
    """The whole log, all columns."""
    return [tuple(row) for rows in store.chunks() for row in rows]


def read_models(store) -> dict:
    with store.engine.connect() as connection:
        return table_digests(connection, read_model_tables(store.projections))


@pytest.fixture
def lived(store_url):
    """A desk with a week of events in every read model, on the database the test asks for."""
    store = opened(store_url)
    open_desk(store)
    write_week(store)
    store.commit([notes("week/big", 0, 2_500)])
    yield store
    store.close()


@pytest.fixture
def copy(lived, tmp_path) -> Path:
    return backup(lived, tmp_path / "copies" / "copy.db").file


@pytest.fixture
def new_url(request, tmp_path) -> str:
    """An empty place to restore into, another than the store's own."""
    if getattr(request, "param", "") == "postgres":
        return request.getfixturevalue("second_pg_url")
    return f"sqlite:///{tmp_path / 'again' / 'events.db'}"


@pytest.mark.parametrize("new_url", SHARED, indirect=True)
@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_every_row_of_the_log_and_of_the_read_models_comes_back(lived, copy, new_url):
    report = restore(copy, new_url, opened)
    again = opened(new_url)
    assert rows_of(again) == rows_of(lived)
    assert read_models(again) == read_models(lived)
    assert {name for name, table in read_models(again).items() if table.rows} >= {"runs", "pitches"}
    assert (report.differing, report.manifest.events) == ((), lived.last_position())
    assert verify(again).ok
    again.commit([notes("week/big", 2_500, 1)])
    again.close()


class TestIntoAFile:
    def test_a_store_with_events_is_never_filled(self, lived, copy, store_url):
        before = rows_of(lived)
        with pytest.raises(BadInput, match=r"holds 2\d+ events already"):
            restore(copy, store_url, opened)
        assert rows_of(lived) == before

    def test_an_empty_store_that_is_there_is_filled(self, lived, copy, new_url):
        opened(new_url).close()
        restore(copy, new_url, opened)
        again = opened(new_url)
        assert again.heads() == lived.heads()
        again.close()

    def test_memory_is_refused(self, copy):
        with pytest.raises(BadInput, match="lost at once"):
            restore(copy, "sqlite://", opened)

    def test_the_journal_of_a_dead_store_is_not_mixed_in(self, copy, tmp_path):
        (tmp_path / "again").mkdir()
        left = tmp_path / "again" / "events.db-wal"
        left.write_bytes(b"old pages")
        with pytest.raises(BadInput, match="left of another store"):
            restore(copy, f"sqlite:///{tmp_path / 'again' / 'events.db'}", opened)
        assert left.read_bytes() == b"old pages"

    def test_a_disk_without_room_leaves_nothing(self, copy, new_url, tmp_path):
        with pytest.raises(StoreUnusable, match="MB are needed"):
            restore(copy, new_url, opened, free=lambda folder: 1_000_000)
        assert list((tmp_path / "again").iterdir()) == []

    def test_read_models_that_come_out_otherwise_are_named_and_kept_as_derived(
        self, lived, tmp_path, new_url
    ):
        with lived.engine.begin() as connection:
            connection.execute(text("UPDATE pitches SET conviction = 0"))
        copy = backup(lived, tmp_path / "copies" / "copy.db").file
        assert restore(copy, new_url, opened).differing == ("pitches",)

    def test_operational_tables_stay_behind(self, lived, tmp_path, new_url):
        with lived.engine.begin() as connection:
            connection.execute(text("CREATE TABLE leases_of_old (holder TEXT)"))
        copy = backup(lived, tmp_path / "copies" / "copy.db").file
        restore(copy, new_url, opened)
        again = opened(new_url)
        with again.engine.connect() as connection:
            names = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
        again.close()
        assert "leases_of_old" not in names


class TestDamage:
    def test_an_altered_event_is_named_and_nothing_is_restored(self, copy, new_url, tmp_path):
        content = copy.read_bytes()
        place = content.index(b'"note 1700"')
        copy.write_bytes(content[:place] + b'"vote' + content[place + 5 :])
        with pytest.raises(ChainBroken, match="stream week/big version 1700 was altered"):
            restore(copy, new_url, opened)
        assert not (tmp_path / "again").exists()

    def test_a_cut_tail_is_refused(self, copy, new_url, tmp_path):
        content = copy.read_bytes()
        copy.write_bytes(content[: len(content) // 2])
        with pytest.raises(ChainBroken, match="is damaged"):
            restore(copy, new_url, opened)
        assert not (tmp_path / "again").exists()

    def test_without_its_manifest_it_is_no_backup(self, copy, new_url):
        manifest_file(copy).unlink()
        with pytest.raises(BadInput, match=r"no readable manifest copy\.db\.manifest\.json"):
            restore(copy, new_url, opened)

    def test_an_altered_manifest_is_refused(self, copy, new_url):
        file = manifest_file(copy)
        file.write_text(file.read_text().replace('"streams": ', '"streams": 1'))
        with pytest.raises(ChainBroken, match="was altered"):
            restore(copy, new_url, opened)

    def test_a_manifest_of_another_backup_is_refused(self, lived, copy, new_url, tmp_path):
        lived.commit([notes("week/big", 2_500, 1)])
        later = backup(lived, tmp_path / "copies" / "later.db").file
        manifest_file(copy).write_bytes(manifest_file(later).read_bytes())
        with pytest.raises(ChainBroken, match="its manifest knows"):
            restore(copy, new_url, opened)

    def test_a_backup_of_a_newer_program_says_update(self, copy, new_url):
        newer = read_manifest(copy).model_copy(update={"schema_head": "9999"})
        write_manifest(copy, newer)
        with pytest.raises(StoreUnusable, match="revision 9999"):
            restore(copy, new_url, opened)

    def test_whatever_byte_is_flipped_the_backup_is_refused_in_one_line(self, copy):
        content, chance = copy.read_bytes(), random.Random(7)
        places = [0, 18, 20, 100, len(content) - 1]
        for place in [*places, *(chance.randrange(len(content)) for _ in range(60))]:
            flipped = bytearray(content)
            flipped[place] ^= 1 << chance.randrange(8)
            copy.write_bytes(flipped)
            with pytest.raises(StoreError) as refused:
                check_backup(copy)
            assert str(refused.value).count("\n") == 0

    def test_an_event_this_program_does_not_know_leaves_an_empty_database(
        self, copy, new_url, tmp_path
    ):
        def without_notes(url: str):
            return open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)

        with pytest.raises(StoreError, match="Noted"):
            restore(copy, new_url, without_notes)
        assert list((tmp_path / "again").iterdir()) == []


def test_killed_at_any_moment_it_leaves_whole_stores_only(store, tmp_path):
    store.commit([notes("week/x", 0, 2_000)])
    copy = backup(store, tmp_path / "copy.db").file
    for run in range(2):
        folder = tmp_path / str(run)
        told = killed_at_random(random.Random(run), "restore", folder, copy)
        found = visible(folder)
        assert told <= len(found) <= told + 1
        for file in found:
            again = open_store(f"sqlite:///{file}", registry=REGISTRY)
            assert again.heads() == store.heads()
            again.close()
        restore(copy, f"sqlite:///{folder / f'{len(found) + 1}.db'}", opened)


@pytest.mark.parametrize("store_url", [POSTGRES], indirect=True)
def test_killed_while_it_fills_a_database_it_leaves_it_empty_or_whole(open_at, store_url, tmp_path):
    source = open_store(f"sqlite:///{tmp_path / 'events.db'}", registry=REGISTRY)
    source.commit([notes("week/x", 0, 3_000)])
    copy = backup(source, tmp_path / "copy.db").file
    store, chance = open_at(), random.Random(20261118)
    for _ in range(2):
        program = keeper("fill", store_url, copy)
        program.stdout.readline()
        time.sleep(chance.random() * 0.4)
        program.kill()
        program.communicate()
        assert store.last_position() in (0, 3_000)
    with suppress(BadInput):  # it may have been whole before it was killed
        restore(copy, store_url, lambda url: open_store(url, registry=REGISTRY))
    assert store.heads() == source.heads()
    source.close()


class JobClaimed(Event):
    """As the real one, for as far as a lease is concerned."""

    key: str
    request: int
    token: int
    attempt: int


@pytest.mark.parametrize("new_url", SHARED, indirect=True)
def test_the_next_leaders_token_lies_above_every_claim_of_the_log(tmp_path, new_url):
    classes = {cls.__name__: cls for cls in (JobClaimed, *ALL_EVENTS)}

    def plain(url: str):
        return open_store(url, registry=EventRegistry(classes.values()))

    store = plain(f"sqlite:///{tmp_path / 'events.db'}")
    lease = Lease(store.engine, holder="old", ttl_s=600)
    tokens = []
    for number in range(3):
        tokens.append(lease.renew())
        claimed = classes["JobClaimed"](key="k", request=1, token=tokens[-1], attempt=number + 1)
        new = NewEvent(claimed, event_id("job/k", "JobClaimed", number), START)
        store.commit([Append(StreamId("job/k"), [new], number)])
        lease.release()
    copy = backup(store, tmp_path / "copies" / "copy.db").file
    store.close()
    restore(copy, new_url, plain)
    again = plain(new_url)
    assert Lease(again.engine, holder="new").renew() == max(tokens) + 1 == 4
    again.close()


@pytest.mark.parametrize("store_url", [POSTGRES], indirect=True)
def test_a_postgres_database_with_events_is_left_as_it_is(lived, copy, store_url):
    before = rows_of(lived)
    with pytest.raises(BadInput, match="events already"):
        restore(copy, store_url, opened)
    assert rows_of(lived) == before


streams = st.sampled_from(["week/a", "week/b", "account/acct_1"])


@settings(max_examples=8)
@given(st.lists(st.tuples(streams, st.integers(1, 5)), max_size=8))
def test_a_restored_store_has_the_same_heads_whatever_was_written(tmp_path_factory, plan):
    folder = tmp_path_factory.mktemp("plan")
    store = opened(f"sqlite:///{folder / 'events.db'}")
    for stream, count in plan:
        store.commit([notes(stream, store.head(stream).version, count)])
    file = backup(store, folder / "copy.db").file
    restore(file, f"sqlite:///{folder / 'again.db'}", opened)
    again = opened(f"sqlite:///{folder / 'again.db'}")
    assert rows_of(again) == rows_of(store)
    assert read_models(again) == read_models(store)
    again.close()
    store.close()
