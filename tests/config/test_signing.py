"""The signing key is made once, is its owner's alone, and what it signs holds for one purpose."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.settings import load_settings
from config.signing import Signer, key_file, made_signer, signer
from core.errors import ConfigError


@pytest.fixture
def settings(tmp_path):
    return load_settings(env={}, profile="rules", store=f"sqlite:///{tmp_path / 'desk.db'}")


def test_the_key_lies_beside_the_store_and_nobody_else_may_read_it(settings, tmp_path):
    assert signer(settings) is None
    token = made_signer(settings).sign("share", "a1")
    file = tmp_path / "desk.web.key"
    assert key_file(settings) == file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["desk.web.key"]
    assert made_signer(settings).read("share", token) == "a1"
    known = signer(settings)
    assert known is not None
    assert known.read("share", token) == "a1"


def test_many_that_start_at_once_have_one_key(settings):
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: made_signer(settings).sign("x", "y"), range(32)))
    assert len(set(made)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o666])
def test_a_key_that_others_may_read_is_not_used(settings, mode):
    made_signer(settings)
    key_file(settings).chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        signer(settings)


def test_a_file_that_is_no_key_is_named(settings):
    key_file(settings).write_bytes(b"short")
    key_file(settings).chmod(0o600)
    with pytest.raises(ConfigError, match="no signing key of ours"):
        made_signer(settings)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("no folder")
    settings = load_settings(env={}, store=f"sqlite:///{tmp_path / 'file' / 'desk.db'}")
    with pytest.raises(ConfigError, match=r"desk\.web\.key: cannot be"):
        made_signer(settings)


def test_the_key_of_a_database_elsewhere_lies_in_runs():
    settings = load_settings(env={}, store="postgresql+psycopg://u:p@db.example/council")
    assert key_file(settings) == settings.paths.runs / "db.example-council.web.key"
    assert "p@" not in str(key_file(settings))


KEY = Signer(b"k" * 32)


def test_a_token_is_good_for_its_purpose_and_its_key_alone():
    token = KEY.sign("share", "a1b2")
    assert KEY.read("share", token) == "a1b2"
    assert KEY.read("login/operator/x", token) is None
    assert Signer(b"j" * 32).read("share", token) is None


def test_no_changed_character_goes_unnoticed():
    token = KEY.sign("share", "a1b2")
    for place, char in enumerate(token):
        for other in "aZ0.-_" + char.swapcase():
            forged = token[:place] + other + token[place + 1 :]
            if forged != token:
                assert KEY.read("share", forged) in {None, "a1b2"}
                # The last character of the signature holds bits that are not used.
                assert KEY.read("share", forged) is None or place == len(token) - 1


@pytest.mark.parametrize("token", ["", ".", "a1b2", "a1b2.", ".x", "a" * 10_000, "ä.ö", "a\n.b"])
def test_what_was_never_signed_is_nothing(token):
    assert KEY.read("share", token) is None
