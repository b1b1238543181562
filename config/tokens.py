"""The words people show: a share link, a login's cookie, a bearer token; each an id and its signature."""

from __future__ import annotations

from config.settings import Settings
from config.signing import Signer
from core.access import Role
from core.events.access import PassKind

SHARE = "share"


def share_token(signer: Signer, share_id: str) -> str:
    return signer.sign(SHARE, share_id)


def share_of(signer: Signer, token: str) -> str | None:
    """The id of a share link; None for a forged token."""
    return signer.read(SHARE, token)


def share_link(settings: Settings, signer: Signer, share_id: str, here: str | None = None) -> str:
    """The link itself, under PUBLIC_BASE_URL, else ``here`` (where a page was opened), else this machine."""
    base = settings.public_base_url or here or f"http://127.0.0.1:{settings.ports.web}"
    return f"{base.rstrip('/')}/s/{share_token(signer, share_id)}"


def pass_token(signer: Signer, kind: PassKind, role: Role, stamp: str, pass_id: str) -> str:
    """``stamp`` ties a login to its role's password; a bearer token has none."""
    return signer.sign(_purpose(kind, role, stamp), pass_id)


def pass_of(signer: Signer, kind: PassKind, role: Role, stamp: str, token: str) -> str | None:
    """The id of a pass; None for a token that is forged, or was made for something else."""
    return signer.read(_purpose(kind, role, stamp), token)


def _purpose(kind: PassKind, role: Role, stamp: str) -> str:
    return f"{kind}/{role}/{stamp}"
