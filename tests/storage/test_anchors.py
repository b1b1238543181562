"""An anchor proves that no tail was cut off, and an altered anchor is found out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import FixedClock
from core.errors import BadInput, ChainBroken
from storage.anchors import ANCHORS, anchor_file, heads_digest, read_anchors, write_anchor
from storage.backup import backup
from storage.engine import make_engine
from storage.event_store import open_store
from storage.restore import restore
from storage.verification import verify
from tests.contract.sample_events import notes
from tests.storage.conftest import EVERYWHERE, REGISTRY
from tests.storage.tampering import tamper

WEEK, ACCOUNT = "week/2026-11-18", "account/acct_5"
CLOCK = FixedClock(datetime(2026, 11, 18, 22, 0, tzinfo=UTC))


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "events.anchors.jsonl"


@pytest.fixture
def anchored(store, file):
    """Two anchors: after the week's three notes, and after the account's two."""
    store.commit([notes(WEEK, 0, 3)])
    write_anchor(store, file, CLOCK)
    store.commit([notes(ACCOUNT, 0, 2)])
    write_anchor(store, file, CLOCK)
    return store


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
class TestAnchors:
    def test_a_whole_log_is_proven_up_to_the_anchor(self, anchored, file):
        anchored.commit([notes(WEEK, 3, 1)])
        result = verify(anchored, file)
        assert (result.ok, result.anchored) == (True, True)
        assert "up to position 6" in result.message

    def test_an_anchor_holds_every_head_and_says_which_moved(self, anchored, file):
        last = read_anchors(file).last
        heads = anchored.heads(at_position=6)
        assert last is not None
        assert (last.position, last.streams) == (6, 3)
        assert last.digest == heads_digest(heads)
        assert [head.stream_id for head in last.moved] == [ACCOUNT, ANCHORS]
        assert read_anchors(file).heads == heads

    def test_anchoring_twice_without_news_adds_nothing(self, anchored, file):
        before = file.read_text()
        assert write_anchor(anchored, file, CLOCK) == read_anchors(file).last
        assert file.read_text() == before
        assert anchored.head(ANCHORS).version == 2

    def test_a_cut_off_tail_is_found_and_its_stream_named(self, anchored, file):
        tamper(anchored, "DELETE FROM events WHERE position >= 6")
        assert verify(anchored).ok
        result = verify(anchored, file)
        assert not result.ok
        assert result.first_broken[:2] == (ACCOUNT, 2)
        assert "cut off" in result.message

    def test_a_stream_that_vanished_is_found(self, anchored, file):
        tamper(anchored, "DELETE FROM events WHERE position >= 5")
        result = verify(anchored, file)
        assert result.first_broken[:2] == (ACCOUNT, 1)

    def test_the_end_of_a_stream_inside_the_log_is_found(self, anchored, file):
        tamper(anchored, "DELETE FROM events WHERE position = 3")
        assert verify(anchored, file).first_broken[:2] == (WEEK, 3)

    def test_a_rewritten_tail_with_a_valid_chain_is_found(self, anchored, file):
        hashes = {3: "f" * 64}
        tamper(anchored, f"UPDATE events SET hash = '{hashes[3]}' WHERE position = 3")
        assert not verify(anchored, file).ok

    def test_an_altered_anchor_is_named_by_its_line(self, anchored, file):
        lines = file.read_text().splitlines()
        second = json.loads(lines[1])
        second["moved"][0]["version"] = 1
        file.write_text("\n".join([lines[0], json.dumps(second)]) + "\n")
        result = verify(anchored, file)
        assert not result.ok
        assert "anchor 2 (position 6) was altered" in result.message

    def test_a_position_altered_in_the_file_is_found_in_the_log(self, anchored, file):
        file.write_text(file.read_text().replace('"position":6', '"position":5'))
        result = verify(anchored, file)
        assert result.first_broken[:2] == (ANCHORS, 2)
        assert "the file was altered" in result.message

    def test_the_newest_anchor_cut_off_the_log_is_found(self, anchored, file):
        anchored.commit([notes(WEEK, 3, 1)])
        write_anchor(anchored, file, CLOCK)
        tamper(anchored, f"DELETE FROM events WHERE position = {anchored.last_position()}")
        result = verify(anchored, file)
        assert result.first_broken[:2] == (ANCHORS, 3)
        assert "cut off" in result.message

    def test_a_removed_anchor_line_is_noticed(self, anchored, file):
        file.write_text(file.read_text().splitlines()[1] + "\n")
        assert "was altered" in verify(anchored, file).message

    def test_an_anchor_line_that_is_not_one_is_named(self, anchored, file):
        file.write_text(file.read_text() + "hello\n")
        assert "line 3 was altered" in verify(anchored, file).message

    def test_a_missing_file_is_bad_input(self, anchored, tmp_path):
        with pytest.raises(BadInput, match="nowhere"):
            verify(anchored, tmp_path / "nowhere")

    def test_an_empty_file_proves_nothing_and_says_so(self, anchored, file):
        file.write_text("")
        result = verify(anchored, file)
        assert (result.ok, result.anchored) == (True, False)
        assert "cannot be known" in result.message

    def test_lines_a_crash_kept_from_the_file_are_added(self, anchored, file):
        whole = file.read_text()
        file.write_text(whole[: len(whole) - 40])
        assert verify(anchored, file).ok
        write_anchor(anchored, file, CLOCK)
        assert file.read_text() == whole

    def test_a_log_that_lost_an_anchor_is_not_anchored_again(self, anchored, file):
        tamper(anchored, "DELETE FROM events WHERE position >= 5")
        with pytest.raises(ChainBroken, match="position 6 that the log does not hold"):
            write_anchor(anchored, file, CLOCK)


def test_the_file_lies_beside_the_database(open_at, tmp_path):
    assert anchor_file(open_at().engine) == tmp_path / "events.anchors.jsonl"


def test_the_file_of_a_server_lies_in_the_folder_given(tmp_path):
    engine = make_engine("postgresql+psycopg://desk@db.internal/council")
    assert anchor_file(engine, tmp_path) == tmp_path / "db.internal-council.anchors.jsonl"
    assert anchor_file(engine) is None


def test_a_store_in_memory_has_no_file(tmp_path):
    assert anchor_file(make_engine("sqlite://"), tmp_path) is None


def test_the_anchor_that_outlived_a_disaster_shows_what_the_backup_lacked(store, file, tmp_path):
    store.commit([notes(WEEK, 0, 3)])
    write_anchor(store, file, CLOCK)
    copy = backup(store, tmp_path / "copy.db").file
    at_night = file.read_bytes()
    store.commit([notes(WEEK, 3, 2)])
    write_anchor(store, file, CLOCK)
    restore(copy, f"sqlite:///{tmp_path / 'again.db'}", opened_plain)
    again = opened_plain(f"sqlite:///{tmp_path / 'again.db'}")
    lost = verify(again, file)
    assert (lost.ok, lost.first_broken[:2]) == (False, (WEEK, 4))
    (tmp_path / "night.jsonl").write_bytes(at_night)
    assert verify(again, tmp_path / "night.jsonl").anchored
    again.close()


def opened_plain(url: str):
    return open_store(url, registry=REGISTRY)
