"""Who may reach the pages, as the environment says it: hosts, e-mails, read-only for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from config.environment import Environment
from config.identity import identity_provider
from core.errors import ConfigError
from core.schemas.base import Schema

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f]*:[0-9a-f:.]+")
EMAIL = re.compile(r"[^\s@,]+@[^\s@,]+")


class WebAccess(Schema):
    """``allowed_hosts``: names a request may come under, in lower case, without ports.

    ``oidc``: whether an identity provider is configured (``[auth]`` in ``.streamlit/secrets.toml``).
    """

    public_read_only: bool = False
    allowed_hosts: tuple[str, ...] = LOOPBACK_HOSTS
    operator_emails: tuple[str, ...] = ()
    viewer_emails: tuple[str, ...] = ()
    oidc: bool = False


def web_access(environment: Environment, given: Mapping[str, str], root: Path) -> WebAccess:
    """Read what `Environment` holds as text; ConfigError names the variable and the value."""
    base = environment.public_base_url
    named = (
        *_words(environment.allowed_hosts),
        str(environment.tailscale_ip or ""),
        (urlsplit(base).hostname or "") if base else "",
    )
    hosts = [host.strip("[]") for host in named if host]
    _refuse(hosts, HOST, given.get("ALLOWED_HOSTS", ""), "a host name, *.name or an address")
    emails = {
        name: _emails(getattr(environment, name), given.get(name.upper(), ""))
        for name in ("operator_emails", "viewer_emails")
    }
    return WebAccess(
        public_read_only=environment.public_read_only,
        allowed_hosts=tuple(dict.fromkeys([*LOOPBACK_HOSTS, *hosts])),
        oidc=identity_provider(root) is not None,
        **emails,
    )


def host_allowed(name: str | None, allowed: Iterable[str]) -> bool:
    """Whether a Host's name is one of ours; ``*.example.org`` takes every name below it."""
    return name is not None and any(
        name.endswith(one[1:]) if one.startswith("*.") else name == one for one in allowed
    )


def _emails(text: str | None, origin: str) -> tuple[str, ...]:
    found = _words(text)
    _refuse(found, EMAIL, origin, "e-mail addresses, with commas between")
    return found


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.lower() for word in re.split(r"[\s,]+", text or "") if word)


def _refuse(words: Iterable[str], form: re.Pattern[str], origin: str, allowed: str) -> None:
    for word in words:
        if not form.fullmatch(word):
            raise ConfigError(f"{origin}: {word[:60]!r} is not allowed ({allowed})")
