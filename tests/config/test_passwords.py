"""Passwords are compared with argon2 hashes, and appear nowhere."""

from __future__ import annotations

import shutil

import pytest
from pydantic import SecretStr

from config.known_secrets import known_values
from config.passwords import Passwords, hash_of, load_passwords
from config.settings import load_settings
from core.access import Role
from core.errors import BadInput, ConfigError
from tests.fakes.passwords import CANARY, cheap_hash
from tests.fixture_files import ROOT

BOTH = Passwords(
    {
        Role.OPERATOR: SecretStr(cheap_hash()),
        Role.VIEWER: SecretStr(cheap_hash("for those who only look")),
    }
)


@pytest.fixture
def root(tmp_path):
    ignore = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=ignore)
    return tmp_path


@pytest.mark.parametrize(
    ("password", "role"),
    [
        (CANARY, Role.OPERATOR),
        ("for those who only look", Role.VIEWER),
        (CANARY + " ", None),
        (CANARY.lower(), None),
        ("", None),
        ("x" * 2_000, None),
    ],
)
def test_a_password_opens_its_own_role(password, role):
    assert BOTH.role_of(password) is role


def test_no_password_opens_nothing():
    assert not Passwords({})
    assert Passwords({}).role_of("") is None
    assert Passwords({}).stamp(Role.OPERATOR) == ""


def test_a_hash_that_is_damaged_opens_nothing():
    assert Passwords({Role.OPERATOR: SecretStr("$argon2id$broken")}).role_of(CANARY) is None


def test_a_new_password_has_another_stamp_and_no_stamp_is_the_hash():
    one, other = BOTH.stamp(Role.OPERATOR), BOTH.stamp(Role.VIEWER)
    assert one != other
    assert Passwords({Role.OPERATOR: SecretStr(cheap_hash())}).stamp(Role.OPERATOR) != one
    assert "argon2" not in one


def test_the_hash_of_dotenv_is_read_quoted_and_shown_as_present_alone(root, monkeypatch):
    monkeypatch.delenv("OPERATOR_PASSWORD_HASH", raising=False)
    kept = cheap_hash()
    (root / ".env").write_text(f"OPERATOR_PASSWORD_HASH='{kept}'\n")
    settings = load_settings(root, {})
    assert load_passwords(settings).role_of(CANARY) is Role.OPERATOR
    assert settings.origins["OPERATOR_PASSWORD_HASH"] == (
        "present",
        ".env:1 OPERATOR_PASSWORD_HASH",
    )
    assert kept not in repr(settings) + settings.model_dump_json() + repr(load_passwords(settings))
    assert kept in known_values(settings)


def test_a_password_where_a_hash_belongs_is_refused_without_saying_it(root, monkeypatch):
    monkeypatch.delenv("OPERATOR_PASSWORD_HASH", raising=False)
    (root / ".env").write_text(f"OPERATOR_PASSWORD_HASH={CANARY}\n")
    with pytest.raises(ConfigError, match="no argon2 hash") as caught:
        load_passwords(load_settings(root, {}))
    assert CANARY not in str(caught.value)


def test_a_made_hash_fits_and_an_easy_password_gets_none():
    assert Passwords({Role.VIEWER: SecretStr(hash_of(CANARY))}).role_of(CANARY) is Role.VIEWER
    for easy in ("", "short", "aaaaaaaaaaaaaaaa", "x" * 1_001):
        with pytest.raises(BadInput, match="this password is"):
            hash_of(easy)
