"""A backup is a whole store of its own: of one moment, checked, and never in place of another file."""

from __future__ import annotations

import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.errors import BadInput, Busy, ChainBroken, StoreUnusable
from storage.anchors import heads_digest
from storage.backup import backup
from storage.backup_check import check_backup
from storage.backup_manifest import manifest_file, read_manifest
from storage.event_store import open_store
from storage.verification import verify
from storage.whole_files import in_folder
from tests.contract.sample_events import START, notes
from tests.fixture_files import ROOT
from tests.storage.conftest import REGISTRY, SHARED
from tests.storage.tampering import tamper
from tests.storage.test_concurrent_appends import writer


def keeper(*words: object, **options) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.storage.keeper", *map(str, words)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def no_file_above_200_kb() -> None:
    """What a full disk is to a program: the write that goes beyond it fails."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


def killed_at_random(chance: random.Random, *words: object) -> int:
    """Start the keeper, kill it a moment after something was done; the last number it told."""
    program = keeper(*words)
    first = program.stdout.readline()
    time.sleep(chance.random() * 0.25)
    program.send_signal(signal.SIGKILL)
    told, errors = program.communicate()
    assert (errors, first) == ("", "1\n")
    return int(([first, *told.rpartition("\n")[0].splitlines()])[-1])


def visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix == ".db" and path.name[0] != "."]


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
class TestBackup:
    def test_it_holds_what_was_committed_and_goes_on_alone(self, store, tmp_path):
        store.commit([notes("week/x", 0, 50)])
        backup(store, tmp_path / "copies" / "copy.db")
        store.commit([notes("week/x", 50, 1)])
        copy = open_store(f"sqlite:///{tmp_path / 'copies' / 'copy.db'}", registry=REGISTRY)
        assert verify(copy).events == 50
        assert copy.heads() == store.heads(at_position=50)
        copy.commit([notes("week/x", 50, 1)])
        assert copy.heads() == store.heads()
        copy.close()

    def test_its_manifest_says_what_it_holds(self, store, tmp_path):
        store.commit([notes("week/x", 0, 3), notes("account/acct_1", 0, 2)])
        report = backup(store, tmp_path / "copy.db", FixedClock(START))
        manifest = read_manifest(report.file)
        assert manifest == report.manifest == check_backup(report.file)
        assert (manifest.events, manifest.streams) == (5, 2)
        assert manifest.heads_digest == heads_digest(store.heads())
        assert manifest.log_id == next(iter(store.read_all())).hash
        assert manifest.created_at == START
        assert manifest.source == store.engine.dialect.name
        assert manifest.size == report.file.stat().st_size

    def test_nothing_but_the_two_files_is_left(self, store, tmp_path):
        store.commit([notes("week/x", 0, 3)])
        folder = tmp_path / "copies"
        backup(store, folder / "copy.db")
        assert sorted(path.name for path in folder.iterdir()) == [
            "copy.db",
            "copy.db.manifest.json",
        ]

    def test_it_is_whole_while_another_program_appends(self, store, store_url, tmp_path):
        program = writer(store_url, "week/busy", 100_000)
        program.stdout.readline()
        try:
            sizes = []
            for number in range(4):
                file = backup(store, tmp_path / "copies" / f"{number}.db").file
                sizes.append(check_backup(file).events)
        finally:
            program.kill()
            program.communicate()
        assert sizes == sorted(set(sizes))
        assert sizes[-1] <= store.last_position()

    def test_a_log_whose_chains_do_not_hold_is_not_backed_up(self, store, tmp_path):
        store.commit([notes("week/x", 0, 5)])
        tamper(store, "UPDATE events SET payload = '{}' WHERE position = 3")
        with pytest.raises(ChainBroken, match="stream week/x version 3 was altered"):
            backup(store, tmp_path / "copies" / "copy.db")
        assert list((tmp_path / "copies").iterdir()) == []

    def test_a_disk_without_room_is_told_before_anything_is_written(self, store, tmp_path):
        store.commit([notes("week/x", 0, 5)])
        with pytest.raises(StoreUnusable, match=r"has 1 MB free and \d+ MB are needed"):
            backup(store, tmp_path / "copies" / "copy.db", free=lambda folder: 1_000_000)
        assert list((tmp_path / "copies").iterdir()) == []

    def test_killed_at_any_moment_it_leaves_whole_backups_only(self, store, store_url, tmp_path):
        store.commit([notes("week/x", 0, 300)])
        for run in range(2):
            folder = tmp_path / str(run)
            told = killed_at_random(random.Random(run), "backup", store_url, folder)
            found = visible(folder)
            assert told <= len(found) <= told + 1
            assert {check_backup(file).events for file in found} == {300}
            # What the dead one left in the way of its next backup is no obstacle to it.
            again = backup(store, folder / f"{len(found) + 1}.db")
            assert check_backup(again.file).events == 300


def test_a_write_that_fails_half_way_leaves_nothing_behind(store, store_url, tmp_path):
    store.commit([notes("week/x", 0, 1_000)])
    program = keeper("backup", store_url, tmp_path / "copies", preexec_fn=no_file_above_200_kb)
    told, errors = program.communicate()
    assert (told, program.returncode) == ("", 1)
    assert errors.splitlines()[-1].startswith("core.errors.StoreUnusable: ")
    assert list((tmp_path / "copies").iterdir()) == []


def test_an_existing_file_is_not_overwritten_and_keeps_its_manifest(store, tmp_path):
    file = backup(store, tmp_path / "copy.db").file
    before = manifest_file(file).read_bytes(), file.read_bytes()
    store.commit([notes("week/x", 0, 5)])
    with pytest.raises(BadInput, match="exists already"):
        backup(store, file)
    assert (manifest_file(file).read_bytes(), file.read_bytes()) == before


def test_two_at_once_in_one_folder_are_refused(store, tmp_path):
    with in_folder(tmp_path / "copies", "another"), pytest.raises(Busy, match="another process"):
        backup(store, tmp_path / "copies" / "copy.db")


def test_a_folder_that_cannot_be_made_is_one_line(store, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnusable, match="cannot write to"):
        backup(store, tmp_path / "file" / "copy.db")
