"""Every secret value this process could say by mistake, so that its logs can leave it out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from config.alerts import load_alerting
from config.identity import identity_provider
from config.own_keys import secrets_of
from config.secrets import AlpacaKey, Secrets, password_hashes
from config.settings import Settings
from config.variables import read_variables

SHORTEST_TOKEN = 12
"""Shorter parts of an alert channel's address are host names and words."""


def known_values(settings: Settings) -> tuple[str, ...]:
    """Keys of models, servers, brokers and alert channels; the database's password, also as written."""
    found = [
        *_keys(secrets_of(settings)),
        *_password(settings.database_url.get_secret_value()),
        *_alert_addresses(settings),
        *_password_hashes(settings),
        *_identity_secrets(settings),
    ]
    return tuple(dict.fromkeys(value for value in found if value))


def _keys(secrets: Secrets) -> Iterator[str]:
    for _, value in secrets:
        match value:
            case SecretStr():
                yield value.get_secret_value()
            case AlpacaKey():
                yield from _pair(value)
            case dict():
                for one in value.values():
                    yield from (
                        _pair(one) if isinstance(one, AlpacaKey) else [one.get_secret_value()]
                    )


def _alert_addresses(settings: Settings) -> Iterator[str]:
    """Each channel's address, and the parts of it that are long enough to be a token."""
    for held in load_alerting(settings).addresses.values():
        address = held.get_secret_value()
        yield address
        yield from _password(address)
        parts = re.split(r"[/?&=:@#,]", address)
        yield from (part for part in parts if len(part) >= SHORTEST_TOKEN)


def _password_hashes(settings: Settings) -> Iterator[str]:
    for held in password_hashes(read_variables(settings.paths.env_file)).values():
        yield held.get_secret_value()


def _identity_secrets(settings: Settings) -> Iterator[str]:
    provider = identity_provider(settings.paths.root)
    yield from (held.get_secret_value() for held in (provider.hidden if provider else ()))


def _pair(pair: AlpacaKey) -> Iterator[str]:
    yield pair.key_id.get_secret_value()
    yield pair.secret.get_secret_value()


def _password(url: str) -> tuple[str, ...]:
    try:
        password = urlsplit(url).password
    except ValueError:
        return (url,)
    return () if password is None else (password, unquote(password))
