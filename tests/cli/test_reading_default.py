"""A verb that reads takes the newest week that was run, where no week is named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.verbs.opened import read_week
from core.events import ALL_EVENTS
from storage.event_store import open_store
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry
from tests.fakes.stored_weeks import open_desk, write_week
from tests.fakes.week import WEEK

LATER = datetime(2027, 3, 1, 17, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    opened = open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    yield opened
    opened.close()


def test_without_a_week_the_newest_that_was_run_is_read(store):
    open_desk(store)
    assert read_week(store, None, LATER) == "2027-02-24"
    write_week(store)
    assert read_week(store, None, LATER) == WEEK
    assert read_week(store, "2026-12-01", LATER) == "2026-11-25"
