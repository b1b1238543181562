"""`discovery compare`: two files on the same days, refused in one line where something is wrong."""

from __future__ import annotations

import pytest


@pytest.fixture
def files(root, tmp_path):
    usual = (root / "config" / "discovery.yaml").read_text(encoding="utf-8")
    other = tmp_path / "strict.yaml"
    other.write_text(usual.replace("threshold: 0.3", "threshold: 0.8"), encoding="utf-8")
    return root / "config" / "discovery.yaml", other


def test_two_files_are_compared_and_recorded_only_when_asked(council, empty, files):
    assert council("discovery", "run", "--store", empty).code == 0
    words = ("discovery", "compare", *files, "--sessions", 6, "--store", empty)
    said = council(*words)
    assert said.code == 0, said
    assert "6 days compared" in said.out
    assert "fuzzy.threshold" in said.out
    assert "Too early to tell: 6 days" in said.out
    told = council(*words, "--record", "--json").json
    assert (told["recorded"], told["comparison"]["days"]) == (True, 6)
    assert council(*words, "--record", "--json").json["recorded"] is False


def test_what_is_wrong_is_one_line(council, empty, files, tmp_path):
    first, second = files
    assert council("discovery", "run", "--store", empty).code == 0

    def refused(*words):
        return council("discovery", "compare", *words, "--store", empty)

    refused(first, tmp_path / "none.yaml").check_refused("none.yaml: cannot be read")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("sessions: many\n", encoding="utf-8")
    refused(first, wrong).check_refused("wrong.yaml:1")
    refused(first, second, "--from", "2026-01-01").check_refused("--from and --to together")
    words = ("--from", "2026-03-01", "--to", "2026-02-01")
    refused(first, second, *words).check_refused("swap them")
    words = ("--from", "2026-02-28", "--to", "2026-03-01")
    refused(first, second, *words).check_refused("no session lies in this range")
