"""`backup` and `restore` in a terminal, and the disaster drill of docs/operations.md from end to end."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import load_settings
from config.terminal import backup as keeping
from config.wiring import open_store, scratch_desk
from core.clock import FixedClock
from core.desk.replay import replay
from core.errors import ChainBroken
from core.types import StoreKind, WeekId
from storage.anchors import anchor_file, write_anchor
from storage.export import export_week
from storage.verification import verify
from tests.fakes.stored_weeks import simulated_store

NOW = datetime(2026, 9, 17, 2, 0, tzinfo=UTC)
WEEK = WeekId("2026-09-09")


def settings_at(file: Path):
    return load_settings(env={}, profile="rules", store=f"sqlite:///{file}")


def opener(settings):
    return lambda url: open_store(settings, url)


@pytest.fixture(scope="module")
def lived_file(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("lived") / "events.db"
    simulated_store(f"sqlite:///{file}", weeks=2)
    return file


@pytest.fixture
def store(lived_file):
    opened = open_store(settings_at(lived_file))
    yield opened
    opened.close()


@pytest.fixture
def said(capsys):
    def read() -> str:
        return capsys.readouterr().out

    return read


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of an exported week but the database, by name."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.name: path.read_bytes() for path in found if path.suffix != ".sqlite"}


def test_a_backup_goes_to_a_file_named_or_into_a_folder(store, tmp_path, said):
    keeping.make_backup(store, tmp_path / "mine.db", NOW, as_json=False)
    keeping.make_backup(store, tmp_path / "new folder", NOW, as_json=False)
    assert (tmp_path / "mine.db").exists()
    assert (tmp_path / "new folder" / "backup-20260917T020000Z.db").exists()
    assert said().startswith(f"backed up {store.last_position()} events in ")


def test_by_default_each_kind_of_desk_has_its_own_folder(lived_file):
    settings = settings_at(lived_file)
    assert keeping.backup_folder(settings, StoreKind.REAL) == settings.paths.runs / "backups"
    assert keeping.backup_folder(settings, StoreKind.DEMO).name == "demo"


def test_nights_are_told_with_what_was_removed(store, tmp_path, said):
    for number in range(9):
        keeping.make_nightly(store, tmp_path / "n", NOW + timedelta(days=number), as_json=False)
    lines = said().splitlines()
    assert lines[0].endswith("nightly-2026-09-16.db")
    assert [line for line in lines if line.startswith("removed")] == [
        "removed nightly-2026-09-16.db: newer ones stand for its day, week and month",
        "removed nightly-2026-09-17.db: newer ones stand for its day, week and month",
    ]
    keeping.make_nightly(store, tmp_path / "n", NOW + timedelta(days=8), as_json=False)
    assert said().startswith("already backed up today:")


def test_doctor_tells_how_old_the_newest_backup_is(store, root):
    settings = load_settings(env={"COUNCIL_ROOT": str(root)}, profile="rules", store="sqlite://")
    folder = keeping.backup_folder(settings, StoreKind.SIMULATION)

    def check(days: int):
        return keeping.backup_check(
            settings, store, StoreKind.SIMULATION, NOW + timedelta(days=days)
        )

    assert (check(0).ok, "no nightly backup yet" in check(0).detail) == (True, True)
    keeping.make_nightly(store, folder, NOW, as_json=False)
    assert (check(3).ok, check(3).detail) == (True, "newest is of 2026-09-16, 3 days old")
    assert not check(4).ok


def test_the_drill_backup_destroy_restore_verify_replay(lived_file, tmp_path, said):
    desk = tmp_path / "desk"
    shutil.copytree(lived_file.parent, desk)
    settings = settings_at(desk / "events.db")
    # Before: the anchor of the day, the backup of the night, and the week's files to compare with.
    store = open_store(settings)
    file = anchor_file(store.engine)
    write_anchor(store, file, FixedClock(NOW))
    keeping.make_nightly(store, tmp_path / "elsewhere", NOW, as_json=False)
    export_week(store, WEEK, tmp_path / "before")
    heads = store.heads()
    store.close()
    # The disaster: everything of the store is gone, the anchor file is kept elsewhere.
    kept = file.read_bytes()
    shutil.rmtree(desk)
    desk.mkdir()
    file.write_bytes(kept)
    # After.
    night = tmp_path / "elsewhere" / "nightly-2026-09-16.db"
    assert keeping.restore_backup(night, settings, opener(settings), as_json=False)
    told = said()
    assert "every chain holds and ends where the backup's did" in told
    assert "nothing up to position" in told
    again = open_store(settings)
    assert again.heads() == heads
    assert verify(again, file).anchored
    report = asyncio.run(replay(again, WEEK, scratch_desk(settings, again)))
    assert report.identical
    export_week(again, WEEK, tmp_path / "after")
    assert files_of(tmp_path / "after") == files_of(tmp_path / "before")
    again.close()


def test_what_was_lost_since_the_backup_is_said_and_fails(lived_file, tmp_path, said):
    desk = tmp_path / "desk"
    shutil.copytree(lived_file.parent, desk)
    settings = settings_at(desk / "events.db")
    store = open_store(settings)
    keeping.make_backup(store, tmp_path / "old.db", NOW, as_json=False)
    write_anchor(store, anchor_file(store.engine), FixedClock(NOW))
    store.close()
    (desk / "events.db").unlink()
    assert not keeping.restore_backup(
        tmp_path / "old.db", settings, opener(settings), as_json=False
    )
    assert "LOST since the backup: stream system/anchors version" in said()


def test_programs_get_one_json_document(store, lived_file, tmp_path, said):
    keeping.make_nightly(store, tmp_path, NOW, as_json=True)
    made = json.loads(said())
    assert (made["made"], made["removed"]) == (True, [])
    settings = settings_at(tmp_path / "events.db")
    keeping.restore_backup(Path(made["file"]), settings, opener(settings), as_json=True)
    restored = json.loads(said())
    assert restored["manifest"] == made["manifest"]
    assert (restored["differing"], restored["anchor"]) == ([], None)


def test_a_damaged_backup_leaves_no_store(store, lived_file, tmp_path):
    keeping.make_backup(store, tmp_path / "copy.db", NOW, as_json=True)
    content = bytearray((tmp_path / "copy.db").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "copy.db").write_bytes(content)
    settings = settings_at(tmp_path / "desk" / "events.db")
    with pytest.raises(ChainBroken):
        keeping.restore_backup(tmp_path / "copy.db", settings, opener(settings), as_json=False)
    assert not (tmp_path / "desk").exists()
