"""The identity provider people log in by: Streamlit's ``[auth]`` in ``.streamlit/secrets.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import SecretStr

from core.errors import ConfigError
from core.schemas.base import Schema

SECRETS_FILE = Path(".streamlit") / "secrets.toml"
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
"""What a login cannot do without; a provider with a name of its own (``[auth.name]``) is not used."""
HIDDEN = ("cookie_secret", "client_secret")


class IdentityProvider(Schema):
    """What no log line may say; Streamlit itself reads the rest."""

    hidden: tuple[SecretStr, ...]


def identity_provider(root: Path) -> IdentityProvider | None:
    """The one that is configured under ``root``; None without ``[auth]``.

    ConfigError for a file that is no TOML, and for an ``[auth]`` that could log nobody in.
    """
    try:
        found = tomllib.loads((root / SECRETS_FILE).read_text(encoding="utf-8")).get("auth")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{SECRETS_FILE}: cannot be read as TOML: {error}") from error
    if found is None:
        return None
    given = found if isinstance(found, dict) else {}
    missing = [name for name in NEEDED if not isinstance(given.get(name), str) or not given[name]]
    if missing:
        raise ConfigError(
            f"{SECRETS_FILE}: [auth] has no {' and no '.join(missing)}: write it, or remove [auth]"
        )
    return IdentityProvider(hidden=tuple(SecretStr(given[name]) for name in HIDDEN))
