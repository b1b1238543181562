"""A folder of nightly backups keeps what the rule says and touches nobody else's files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.errors import BadInput, ChainBroken
from core.rules.retention import Retention
from storage.backup_check import check_backup
from storage.backup_folder import nightly
from storage.backup_manifest import manifest_file
from storage.event_store import open_store
from tests.contract.sample_events import notes
from tests.storage.conftest import REGISTRY, SHARED
from tests.storage.tampering import tamper

NIGHT = datetime(2026, 11, 19, 3, 30, tzinfo=UTC)
"""Half past ten in the evening of the 18th in New York."""
SHORT = Retention(daily=2, weekly=1, monthly=2)


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.glob("*.db"))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_each_night_makes_one_backup_named_by_the_day_in_new_york(store, folder):
    store.commit([notes("week/x", 0, 3)])
    report = nightly(store, folder, NIGHT)
    assert (report.file.name, report.made, report.removed) == ("nightly-2026-11-18.db", True, ())
    assert check_backup(report.file).events == 3
    store.commit([notes("week/x", 3, 3)])
    again = nightly(store, folder, NIGHT + timedelta(minutes=5))
    assert (again.made, again.manifest.events) == (False, 3)


def test_old_ones_go_with_their_manifests_and_the_months_last_one_stays(store, folder):
    store.commit([notes("week/x", 0, 3)])
    for number in range(20):
        report = nightly(store, folder, NIGHT + timedelta(days=number), SHORT)
    assert names(folder) == [f"nightly-2026-{day}.db" for day in ("11-30", "12-06", "12-07")]
    assert [file.name for file in report.removed] == ["nightly-2026-12-05.db"]
    assert len(list(folder.iterdir())) == 6
    assert store.last_position() == 3


def test_files_of_others_are_left_alone(store, folder, tmp_path):
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}", registry=REGISTRY)
    other.commit([notes("week/other", 0, 1)])
    nightly(other, folder, NIGHT - timedelta(days=400), SHORT)
    other.close()
    store.commit([notes("week/x", 0, 3)])
    mine = nightly(store, folder, NIGHT - timedelta(days=300), SHORT).file
    named = mine.with_name("council.db")
    named.write_bytes(mine.read_bytes())
    manifest_file(named).write_bytes(manifest_file(mine).read_bytes())
    for name in ("nightly-2024-01-01.db", "nightly-2024-13-77.db", "nightly-old.db", "notes.txt"):
        (folder / name).write_text("precious")
    strangers = {path.name for path in folder.iterdir()} - {mine.name, manifest_file(mine).name}
    for number in range(4):
        nightly(store, folder, NIGHT + timedelta(days=32 * number), SHORT)
    assert not mine.exists()
    assert strangers <= {path.name for path in folder.iterdir()}


def test_another_stores_backup_of_tonight_is_not_taken_for_this_ones(store, folder, tmp_path):
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}", registry=REGISTRY)
    other.commit([notes("week/other", 0, 1)])
    nightly(other, folder, NIGHT)
    other.close()
    with pytest.raises(BadInput, match="another store's log"):
        nightly(store, folder, NIGHT)


def test_nothing_is_removed_when_tonights_backup_cannot_be_made(store, folder):
    store.commit([notes("week/x", 0, 3)])
    for number in range(3):
        nightly(store, folder, NIGHT + timedelta(days=number))
    tamper(store, "UPDATE events SET payload = '{}' WHERE position = 2")
    before = names(folder)
    with pytest.raises(ChainBroken, match="version 2"):
        nightly(store, folder, NIGHT + timedelta(days=90), SHORT)
    assert names(folder) == before


def test_a_backup_of_tonight_that_was_damaged_is_told(store, folder):
    store.commit([notes("week/x", 0, 3)])
    file = nightly(store, folder, NIGHT).file
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(ChainBroken, match="is damaged"):
        nightly(store, folder, NIGHT)


def test_the_first_night_of_an_empty_store(store, folder):
    assert nightly(store, folder, NIGHT).made
    assert not nightly(store, folder, NIGHT).made
    assert names(folder) == [f"nightly-{date(2026, 11, 18)}.db"]
