"""On which address the web app listens, and that it is not open to a network by mistake."""

from __future__ import annotations

from ipaddress import ip_address

from config.access import WebAccess
from core.errors import ConfigError


def is_loopback_address(address: str) -> bool:
    """Whether only this machine reaches what listens there; an empty address listens everywhere."""
    if address.lower() == "localhost":
        return True
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_open_binding(address: str, access: WebAccess, *, passwords: bool) -> None:
    """ConfigError when a network would reach the pages and nobody could be told from anybody.

    One of these is enough: a password, an identity provider with somebody listed for it, or pages
    that are read-only for everybody on purpose.
    """
    listed = bool(access.operator_emails or access.viewer_emails)
    if is_loopback_address(address) or passwords or access.public_read_only:
        return
    if access.oidc and listed:
        return
    if access.oidc:
        way_out = "list somebody in OPERATOR_EMAILS"
    else:
        way_out = "set OPERATOR_PASSWORD_HASH (`cli.py password`)"
    raise ConfigError(
        f"address {address or '(every one)'} is open to a network and nobody can log in: {way_out}, "
        "start with --public-read-only, or listen on 127.0.0.1"
    )
