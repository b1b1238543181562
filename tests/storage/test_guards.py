"""The database itself refuses to rewrite history, whoever asks."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.contract.sample_events import notes
from tests.storage.conftest import EVERYWHERE, POSTGRES

STREAM = "week/2026-11-18"
COPY = (
    "SELECT {position}, {stream}, {version}, {event_id}, type, schema_version, week_id, run_id, "
    "payload, metadata, telemetry, occurred_at, recorded_at, {previous}, hash FROM events "
    "WHERE position = 3"
)
NEXT = {
    "position": "4",
    "stream": "stream_id",
    "version": "4",
    "event_id": "'another'",
    "previous": "hash",
}


def inserting(verb: str, **changes: str) -> str:
    return f"{verb} INTO events {COPY.format(**{**NEXT, **changes})}"


def refused(store, sql: str) -> str:
    """The database's words; nothing in the log may have changed."""
    before = list(store.read_all())
    with pytest.raises(IntegrityError) as caught, store.engine.begin() as connection:
        connection.execute(text(sql))
    assert list(store.read_all()) == before
    return str(caught.value.orig)


@pytest.fixture
def filled(store):
    store.commit([notes(STREAM, 0, 3)])
    return store


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
class TestEveryDatabase:
    def test_a_row_that_continues_its_stream_is_taken(self, filled):
        with filled.engine.begin() as connection:
            connection.execute(text(inserting("INSERT")))
        assert filled.head(STREAM).version == 4

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE events SET payload = '{}' WHERE position = 2",
            "UPDATE events SET position = position",
            "DELETE FROM events WHERE position = 3",
            "DELETE FROM events",
        ],
    )
    def test_update_and_delete_are_refused(self, filled, sql):
        assert "append-only" in refused(filled, sql)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"event_id": "event_id"}, "event_id"),
            ({"position": "6"}, "position"),
            ({"position": "2"}, "position"),
            ({"version": "5"}, "version"),
            ({"version": "3", "previous": "previous_hash"}, "version"),
            ({"stream": "'week/new'"}, "version"),
            ({"stream": "'week/new'", "version": "1"}, "previous_hash"),
            ({"previous": "previous_hash"}, "previous_hash"),
        ],
    )
    def test_a_row_that_does_not_continue_the_log_is_refused(self, filled, changes, words):
        assert words in refused(filled, inserting("INSERT", **changes))

    @pytest.mark.parametrize("clash", ["position", "event_id", "version"])
    def test_an_upsert_cannot_rewrite_an_event(self, filled, clash):
        same = {"position": "3", "event_id": "event_id", "version": "3"}
        target = "stream_id, version" if clash == "version" else clash
        sql = inserting("INSERT", **{clash: same[clash]}).replace("= 3", "= 3 AND true")
        refused(filled, f"{sql} ON CONFLICT ({target}) DO UPDATE SET payload = '{{}}'")


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"])
@pytest.mark.parametrize("recursive_triggers", ["ON", "OFF"])
@pytest.mark.parametrize("clash", [{"position": "3"}, {"event_id": "event_id"}, {"version": "3"}])
def test_sqlite_refuses_to_replace_a_row(filled, verb, recursive_triggers, clash):
    with filled.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA recursive_triggers={recursive_triggers}")
    assert "events:" in refused(filled, inserting(verb, **clash))


@pytest.mark.parametrize("store_url", [POSTGRES], indirect=True)
@pytest.mark.parametrize("sql", ["TRUNCATE events", "TRUNCATE events CASCADE"])
def test_postgres_refuses_truncate(filled, sql):
    assert "append-only" in refused(filled, sql)
