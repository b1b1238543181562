"""The policy as data: frozen, closed, and the same fingerprint for the same content."""

from __future__ import annotations

import pickle

import pytest
from pydantic import ValidationError

from config.loading import load_policy_files
from core.errors import UnknownSymbol
from core.policy import DeskPolicy
from core.types import AccountId
from tests.fixture_files import ROOT


@pytest.fixture(scope="module")
def policy() -> DeskPolicy:
    files = load_policy_files(ROOT / "config")
    return files.policy(files.profile("rules", live_possible=False))


def test_a_policy_survives_being_stored_as_json(policy):
    back = DeskPolicy.model_validate(policy.model_dump(mode="json"))
    assert back == policy
    assert back.fingerprint() == policy.fingerprint()


def test_a_policy_can_be_sent_to_another_machine(policy):
    assert pickle.loads(pickle.dumps(policy)).fingerprint() == policy.fingerprint()


def test_a_policy_cannot_be_changed(policy):
    with pytest.raises(ValidationError):
        policy.risk.max_position_pct = 2


def test_an_unknown_symbol_is_named_with_the_known_ones(policy):
    with pytest.raises(UnknownSymbol, match=r"TSLA is not in config/assets\.yaml: .*SPY"):
        policy.asset("TSLA")


def test_the_council_has_an_account_but_no_seat(policy):
    assert policy.seat(AccountId("acct_1")).model == "rules/trend"
    with pytest.raises(KeyError):
        policy.seat(AccountId("acct_5"))


def test_a_stage_without_settings_has_the_defaults(policy):
    bare = policy.profile.model_copy(update={"stages": {}})
    assert bare.settings_for("pitch").max_tokens == 4_000


def test_accounts_follow_a_changed_profile(policy):
    fewer = policy.profile.model_copy(update={"seats": policy.seats[:2]})
    accounts = policy.model_copy(update={"profile": fewer}).accounts
    assert [account.account_id for account in accounts] == ["acct_1", "acct_2", "acct_5", "acct_6"]
