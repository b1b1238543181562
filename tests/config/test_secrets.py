"""Keys: both spellings, whole pairs, paper only, and never printed."""

from __future__ import annotations

import pytest

from config.secrets import load_secrets
from core.errors import ConfigError

PAIR = {"APCA_API_KEY_ID": "PK123", "APCA_API_SECRET_KEY": "shh"}


def refusal(tmp_path, **env: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_secrets(tmp_path, env)
    assert not any(value in str(caught.value) for value in env.values() if "secret" in value)
    return str(caught.value)


def test_no_key_is_no_fault(tmp_path):
    secrets = load_secrets(tmp_path, {})
    assert secrets.openrouter_api_key is None
    assert secrets.alpaca is None
    assert secrets.alpaca_accounts == {}


def test_a_key_is_there_for_who_asks_and_hidden_from_every_print(tmp_path):
    secrets = load_secrets(tmp_path, {"OPENROUTER_API_KEY": "sk-or-1", **PAIR})
    assert secrets.openrouter_api_key.get_secret_value() == "sk-or-1"
    assert secrets.alpaca.secret.get_secret_value() == "shh"
    printed = repr(secrets) + str(secrets) + secrets.model_dump_json()
    assert not any(key in printed for key in ("sk-or-1", "PK123", "shh"))


def test_the_other_spelling_of_the_broker_key_is_read(tmp_path):
    secrets = load_secrets(tmp_path, {"ALPACA_API_KEY": "PK1", "ALPACA_SECRET_KEY": "s"})
    assert secrets.alpaca.key_id.get_secret_value() == "PK1"


def test_two_different_values_of_one_key_are_refused(tmp_path):
    said = refusal(tmp_path, ALPACA_API_KEY="PK-secret-b", **PAIR)
    assert "APCA_API_KEY_ID and environment ALPACA_API_KEY differ" in said


def test_two_equal_values_of_one_key_are_fine(tmp_path):
    assert load_secrets(tmp_path, {"ALPACA_API_KEY": "PK123", **PAIR}).alpaca is not None


def test_a_dotenv_and_an_environment_that_disagree_across_spellings_are_refused(tmp_path):
    (tmp_path / ".env").write_text("ALPACA_API_KEY=PK-secret-other\n")
    assert ".env:1 ALPACA_API_KEY differ" in refusal(tmp_path, **PAIR)


def test_the_environment_may_replace_the_same_name_in_dotenv(tmp_path):
    (tmp_path / ".env").write_text("APCA_API_KEY_ID=PKold\n")
    secrets = load_secrets(tmp_path, PAIR)
    assert secrets.alpaca.key_id.get_secret_value() == "PK123"


def test_half_a_pair_is_refused(tmp_path):
    said = refusal(tmp_path, ALPACA_ACCOUNT_3_SECRET_KEY="secret")
    assert said == (
        "ALPACA_ACCOUNT_3_SECRET_KEY is given and ALPACA_ACCOUNT_3_KEY_ID is not: "
        "set both or neither"
    )


def test_an_account_may_have_its_own_pair(tmp_path):
    env = {"ALPACA_ACCOUNT_6_KEY_ID": "PK6", "ALPACA_ACCOUNT_6_SECRET_KEY": "s"}
    assert list(load_secrets(tmp_path, env).alpaca_accounts) == ["acct_6"]


def test_a_key_for_real_money_is_refused(tmp_path):
    said = refusal(tmp_path, APCA_API_KEY_ID="AK-secret", APCA_API_SECRET_KEY="s")
    assert "real money" in said


@pytest.mark.parametrize(
    "url",
    [
        "https://api.alpaca.markets",
        "http://paper-api.alpaca.markets",
        "https://paper-api.alpaca.markets.example.org",
        "https://paper-api.alpaca.markets@api.alpaca.markets",
        "paper-api.alpaca.markets",
    ],
)
def test_an_address_that_is_not_the_paper_one_is_refused(tmp_path, url):
    assert "paper only" in refusal(tmp_path, APCA_API_BASE_URL=url)


def test_a_server_on_this_machine_may_stand_in_for_the_broker(tmp_path):
    url = "http://127.0.0.1:9999"
    assert load_secrets(tmp_path, {"APCA_API_BASE_URL": url}).alpaca_base_url == url
