"""Stores to test on: a SQLite file, SQLite in memory and a real PostgreSQL."""

from __future__ import annotations

import pytest

from core.events import ALL_EVENTS
from storage.event_store import open_store
from storage.serialization import EventRegistry
from tests.contract.sample_events import SAMPLE_EVENTS
from tests.storage.postgres import fresh_database, running_server

REGISTRY = EventRegistry([*ALL_EVENTS, *SAMPLE_EVENTS])
SQLITE_FILE, SQLITE_MEMORY = "sqlite file", "sqlite memory"
POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
EVERYWHERE = [SQLITE_FILE, SQLITE_MEMORY, POSTGRES]
SHARED = [SQLITE_FILE, POSTGRES]


@pytest.fixture(scope="session")
def pg_server():
    with running_server() as address:
        yield address


@pytest.fixture
def pg_url(pg_server):
    with fresh_database(pg_server) as url:
        yield url


@pytest.fixture
def second_pg_url(pg_server):
    with fresh_database(pg_server) as url:
        yield url


@pytest.fixture
def store_url(request, tmp_path):
    """The URL of an empty database of the kind the test asks for (a file when it does not say)."""
    kind = getattr(request, "param", SQLITE_FILE)
    if kind == "postgres":
        return request.getfixturevalue("pg_url")
    return "sqlite://" if kind == SQLITE_MEMORY else f"sqlite:///{tmp_path / 'events.db'}"


@pytest.fixture
def open_at(store_url):
    """Opens the store at ``store_url``, again and again if need be; all are closed at the end."""
    opened = []

    def open_it(**options):
        opened.append(open_store(store_url, **{"registry": REGISTRY, **options}))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_at):
    return open_at()
