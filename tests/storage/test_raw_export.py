"""Raw answers leave as a file that proves itself, and stay in the log."""

from __future__ import annotations

import gzip
import json

import pytest

from config.settings import load_settings
from config.wiring import open_store
from core.errors import BadInput, ChainBroken, StoreError
from core.types import WeekId
from storage.canonical import canonical_json
from storage.raw_export import RAW_TYPES, export_raw, raw_file, raw_manifest_file, verify_export
from tests.fakes.stored_weeks import simulated_store

WEEK = WeekId("2026-09-02")


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('lived') / 'events.db'}"
    simulated_store(url, weeks=2)
    store = open_store(load_settings(env={}, profile="rules", store=url))
    yield store
    store.close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "archive"


def lines_of(folder) -> list[dict]:
    return [json.loads(line) for line in gzip.open(raw_file(folder, WEEK))]


def rewritten(folder, lines: list[dict]) -> None:
    text = "".join(canonical_json(line) + "\n" for line in lines)
    raw_file(folder, WEEK).write_bytes(gzip.compress(text.encode(), mtime=0))


def test_every_question_and_answer_of_the_week_is_in_it_and_still_in_the_log(lived, folder):
    before = lived.last_position()
    manifest = export_raw(lived, WEEK, folder)
    wanted = [event for event in lived.read_all(types=RAW_TYPES) if event.week_id == WEEK]
    exported = lines_of(folder)
    assert [line["hash"] for line in exported] == [event.hash for event in wanted]
    assert json.loads(exported[0]["payload"]) == wanted[0].payload
    assert {"ModelCallRequested", "ModelCallCompleted"} <= manifest.types.keys()
    assert sum(manifest.types.values()) == manifest.lines == len(wanted)
    assert lived.last_position() == before
    assert verify_export(folder, WEEK) == manifest


def test_the_same_week_gives_the_same_bytes(lived, folder, tmp_path):
    export_raw(lived, WEEK, folder)
    export_raw(lived, WEEK, tmp_path / "other")
    export_raw(lived, WEEK, folder)
    assert raw_file(folder, WEEK).read_bytes() == raw_file(tmp_path / "other", WEEK).read_bytes()
    assert len(list(folder.iterdir())) == 2


def test_a_week_without_calls_is_told(lived, folder):
    with pytest.raises(BadInput, match="no model calls"):
        export_raw(lived, WeekId("2020-01-01"), folder)


def test_an_altered_answer_is_named_by_stream_and_version(lived, folder):
    export_raw(lived, WEEK, folder)
    lines = lines_of(folder)
    lines[1]["payload"] = lines[1]["payload"].replace("e", "a", 1)
    rewritten(folder, lines)
    with pytest.raises(ChainBroken, match=f"line 2: .* in {lines[1]['stream_id']} version"):
        verify_export(folder, WEEK)


def test_a_line_taken_out_is_noticed(lived, folder):
    manifest = export_raw(lived, WEEK, folder)
    rewritten(folder, lines_of(folder)[:-1])
    with pytest.raises(ChainBroken, match=f"{manifest.lines - 1} of {manifest.lines} lines"):
        verify_export(folder, WEEK)


def test_whatever_byte_is_flipped_the_export_is_refused(lived, folder):
    export_raw(lived, WEEK, folder)
    content = raw_file(folder, WEEK).read_bytes()
    for place in range(0, len(content), max(len(content) // 40, 1)):
        flipped = bytearray(content)
        flipped[place] ^= 8
        raw_file(folder, WEEK).write_bytes(flipped)
        with pytest.raises(StoreError):
            verify_export(folder, WEEK)


def test_missing_and_altered_manifests_are_told(lived, folder):
    export_raw(lived, WEEK, folder)
    manifest = raw_manifest_file(folder, WEEK)
    manifest.write_text(manifest.read_text().replace('"lines"', '"limes"'))
    with pytest.raises(ChainBroken, match=r"manifest .* was altered"):
        verify_export(folder, WEEK)
    manifest.unlink()
    with pytest.raises(BadInput, match="cannot be read"):
        verify_export(folder, WEEK)
