"""`verify` on a store somebody changed behind its back."""

from __future__ import annotations

import pytest

from storage.engine import make_engine
from tests.storage.tampering import tamper

THE_ROW = "WHERE stream_id = 'account/acct_1' AND version = 3"


class File:
    """A database file as its owner sees it: no store in between."""

    def __init__(self, path) -> None:
        self.engine = make_engine(f"sqlite:///{path}")


def change(path, sql: str) -> None:
    file = File(path)
    tamper(file, sql)
    file.engine.dispose()


def test_a_whole_store_says_what_it_walked_and_what_it_cannot_know(council, demo):
    said = council("verify", "--store", demo)
    assert said.code == 0
    assert "every chain holds; whether the newest events were cut off cannot be known" in said.out


@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE events SET payload = replace(payload, '0', '1') {THE_ROW}",
        f"DELETE FROM events {THE_ROW}",
    ],
)
def test_a_changed_row_is_named_by_stream_and_version(council, demo, sql):
    change(demo, sql)
    said = council("verify", "--store", demo)
    assert said.code == 1
    assert said.out.startswith("stream account/acct_1 version 3 ")
    found = council("verify", "--store", demo, "--json")
    assert found.code == 1
    assert found.json["first_broken"][:2] == ["account/acct_1", 3]


def test_a_tail_cut_off_is_found_against_the_anchor(council, demo, tmp_path):
    anchor = tmp_path / "kept.jsonl"
    written = council("verify", "--write-anchor", "--anchor", anchor, "--store", demo)
    assert (written.code, written.err) == (0, "")
    assert council("verify", "--anchor", anchor, "--store", demo, "--json").json["anchored"]
    change(demo, "DELETE FROM events WHERE position > (SELECT max(position) - 9 FROM events)")
    said = council("verify", "--anchor", anchor, "--store", demo)
    assert said.code == 1
    assert said.out.count("\n") == 1
    assert said.out.startswith("stream ")


def test_the_anchors_file_lies_beside_the_store_by_default(council, demo):
    assert council("verify", "--write-anchor", "--store", demo).code == 0
    anchor = demo.with_suffix(".anchors.jsonl")
    assert council("verify", "--anchor", anchor, "--store", demo).code == 0
    head = '"hash":"'
    text = anchor.read_text()
    assert head in text
    anchor.write_text(text.replace(head, f"{head}0", 1))
    said = council("verify", "--anchor", anchor, "--store", demo)
    assert (said.code, said.err) == (1, "")
    assert "was altered" in said.out


def test_an_anchor_file_that_is_not_there(council, demo, tmp_path):
    council("verify", "--anchor", tmp_path / "none", "--store", demo).check_refused(
        "cannot be read"
    )
