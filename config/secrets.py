"""The keys, held so that no print shows them; the wiring alone reads their values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from config.variables import Variables, read_variables
from core.access import Role
from core.errors import ConfigError
from core.schemas.base import Schema
from core.types import AccountId

MODEL_KEYS: Mapping[str, str] = {
    "openrouter_api_key": "OPENROUTER_API_KEY",
    "gemini_api_key": "GEMINI_API_KEY",
    "perplexity_api_key": "PERPLEXITY_API_KEY",
    "anthropic_api_key": "LLM_ANTHROPIC_API_KEY",
    "openai_api_key": "LLM_OPENAI_API_KEY",
}
WEB_PASSWORDS: Mapping[Role, str] = {
    Role.OPERATOR: "OPERATOR_PASSWORD_HASH",
    Role.VIEWER: "VIEWER_PASSWORD_HASH",
}
ARGON2 = "$argon2"
ALPACA = ("APCA_API_KEY_ID", "APCA_API_SECRET_KEY")
ACCOUNTS = range(1, 100)
"""Those an account's id can name."""
USUAL_ACCOUNTS = range(1, 8)
"""Six of the council and one of the strategy that ships: those `.env.template` has."""
LIVE_KEY_PREFIX = "AK"
PAPER_HOST = "paper-api.alpaca.markets"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class AlpacaKey(Schema):
    """A key pair of one paper account."""

    key_id: SecretStr
    secret: SecretStr


class Secrets(Schema):
    """Every key that was given; None where there is none."""

    openrouter_api_key: SecretStr | None = None
    gemini_api_key: SecretStr | None = None
    perplexity_api_key: SecretStr | None = None
    anthropic_api_key: SecretStr | None = None
    openai_api_key: SecretStr | None = None
    endpoint_keys: Mapping[str, SecretStr] = {}
    alpaca: AlpacaKey | None = None
    alpaca_accounts: Mapping[AccountId, AlpacaKey] = {}
    alpaca_base_url: str = f"https://{PAPER_HOST}"


def load_secrets(
    root: Path, env: Mapping[str, str] | None = None, endpoints: Mapping[str, str] | None = None
) -> Secrets:
    """The keys of the environment and of ``.env``; half a pair, or a live one, is a ConfigError.

    ``endpoints`` maps the name of a server of one's own to the variable that holds its key.
    """
    return secrets_from(read_variables(root / ".env", env), endpoints)


def secrets_from(variables: Variables, endpoints: Mapping[str, str] | None = None) -> Secrets:
    own = {name: variables.find(variable) for name, variable in (endpoints or {}).items()}
    keys = {field: variables.find(name) for field, name in MODEL_KEYS.items()}
    pairs = {AccountId(f"acct_{n}"): _pair(variables, *account_names(n)) for n in ACCOUNTS}
    return Secrets(
        **{field: SecretStr(found.value) for field, found in keys.items() if found},
        endpoint_keys={name: SecretStr(found.value) for name, found in own.items() if found},
        alpaca=_pair(variables, *ALPACA),
        alpaca_accounts={account: pair for account, pair in pairs.items() if pair},
        alpaca_base_url=_paper_url(variables),
    )


def alert_addresses(variables: Variables, names: Mapping[str, str]) -> Mapping[str, SecretStr]:
    """The address of each alert channel whose variable (by channel in ``names``) is given."""
    found = {channel: variables.find(variable) for channel, variable in names.items()}
    return {channel: SecretStr(one.value) for channel, one in found.items() if one is not None}


def password_hashes(variables: Variables) -> Mapping[Role, SecretStr]:
    """The argon2 hash of each role that has a password; ConfigError for what is no such hash."""
    found = {role: variables.find(name) for role, name in WEB_PASSWORDS.items()}
    for given in found.values():
        if given is not None and not given.value.startswith(ARGON2):
            raise ConfigError(f"{given.origin} is no argon2 hash: `cli.py password` makes one")
    return {role: SecretStr(one.value) for role, one in found.items() if one is not None}


def account_names(number: int) -> tuple[str, str]:
    return f"ALPACA_ACCOUNT_{number}_KEY_ID", f"ALPACA_ACCOUNT_{number}_SECRET_KEY"


def key_names() -> tuple[str, ...]:
    """Every variable that holds a key, in the order of ``.env.template``."""
    accounts = (name for number in USUAL_ACCOUNTS for name in account_names(number))
    return (*MODEL_KEYS.values(), *ALPACA, *accounts, *WEB_PASSWORDS.values())


def _pair(variables: Variables, id_name: str, secret_name: str) -> AlpacaKey | None:
    key_id, secret = variables.find(id_name), variables.find(secret_name)
    if key_id is None and secret is None:
        return None
    if key_id is None or secret is None:
        given, missing = (id_name, secret_name) if key_id else (secret_name, id_name)
        raise ConfigError(f"{given} is given and {missing} is not: set both or neither")
    if key_id.value.startswith(LIVE_KEY_PREFIX):
        raise ConfigError(
            f"{key_id.origin} is a key for real money ({LIVE_KEY_PREFIX}…): only paper keys are used"
        )
    return AlpacaKey(key_id=SecretStr(key_id.value), secret=SecretStr(secret.value))


def _paper_url(variables: Variables) -> str:
    found = variables.find("APCA_API_BASE_URL")
    if found is None:
        return f"https://{PAPER_HOST}"
    address = urlsplit(found.value)
    on_this_machine = address.hostname in LOOPBACK
    if not on_this_machine and (address.scheme, address.hostname) != ("https", PAPER_HOST):
        raise ConfigError(
            f"{found.origin}: {address.hostname} is not allowed (paper only: https://{PAPER_HOST})"
        )
    return found.value
