"""`password`, `share` and `token` on the command line: shown once, listed without what they open."""

from __future__ import annotations

import io
import sys

import pytest
from pydantic import SecretStr

from config.passwords import Passwords
from core.access import Role
from tests.cli.conftest import opened_at
from tests.fakes.passwords import CANARY
from tests.fakes.stored_weeks import open_desk, write_week

WEEK = "2026-11-18"


@pytest.fixture
def desk(tmp_path):
    file = tmp_path / "desk.db"
    store = opened_at(file)
    open_desk(store)
    write_week(store)
    store.close()
    return file


def test_a_password_comes_from_a_pipe_and_its_hash_alone_is_printed(council, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{CANARY}\n"))
    said = council("password")
    assert said.code == 0
    assert CANARY not in said.out + said.err
    assert Passwords({Role.OPERATOR: SecretStr(said.out.strip())}).role_of(CANARY) is Role.OPERATOR


def test_an_easy_password_is_refused(council, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("secret\n"))
    council("password").check_refused("easily guessed")


def test_a_link_is_printed_once_listed_without_its_token_and_taken_back(council, desk):
    made = council(
        "share", "create", "--week", WEEK, "--days", "3", "--store", str(desk), "--json"
    ).json
    assert made["link"].startswith("http://127.0.0.1:8200/s/")
    token = made["link"].rpartition("/")[2]
    listed = council("share", "list", "--store", str(desk))
    assert made["share_id"] in listed.out
    assert token not in listed.out
    assert "never" in listed.out
    assert council("share", "revoke", made["share_id"], "--store", str(desk)).code == 0
    assert council("share", "list", "--store", str(desk), "--json").json[0]["open"] is False
    council("share", "revoke", "nothing", "--store", str(desk)).check_refused("no share link")


def test_what_cannot_be_shared_is_one_line(council, desk):
    base = ("share", "create", "--store", str(desk))
    council(*base, "--week", WEEK, "--page", "audit").check_refused("'audit' cannot be shared")
    council(*base, "--week", "2020-01-01").check_refused("has not been run")
    council(*base, "--week", WEEK, "--days", "1000").check_refused("1 to 365")


def test_a_token_is_printed_once_and_taken_back(council, desk):
    base = ("--store", str(desk))
    made = council("token", "create", "--name", "bot", "--role", "operator", *base, "--json").json
    listed = council("token", "list", *base)
    assert made["token"] not in listed.out
    assert "bot" in listed.out
    assert council("token", "revoke", made["pass_id"], *base).code == 0
    assert council("token", "list", *base, "--json").json[0]["open"] is False
    council("token", "create", "--name", "x", "--role", "guest", *base).check_refused(
        "use operator, viewer"
    )


def test_up_refuses_an_open_address_nobody_can_log_in_to(council):
    council("up", "--address", "0.0.0.0").check_refused(
        "open to a network", "OPERATOR_PASSWORD_HASH"
    )
