"""Passwords as argon2 hashes: what was typed is compared, and what is kept opens nothing."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr

from config.secrets import password_hashes
from config.settings import Settings
from config.variables import read_variables
from core.access import Role
from core.errors import BadInput

SHORTEST, LONGEST = 12, 1_000
"""Characters: short ones are guessed, very long ones only cost time."""


class Passwords:
    """Which role a password opens; none is configured where ``hashes`` is empty."""

    def __init__(self, hashes: Mapping[Role, SecretStr]) -> None:
        self._hashes = dict(hashes)
        self._hasher = PasswordHasher()

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def role_of(self, password: str) -> Role | None:
        """The role whose password it is; every hash is tried, however early one fits.

        Takes some 50 ms of one core and 64 MiB for each hash: callers limit how often.
        """
        if not 0 < len(password) <= LONGEST:
            return None
        fits = [role for role, kept in self._hashes.items() if self._fits(kept, password)]
        return fits[0] if fits else None

    def stamp(self, role: Role) -> str:
        """Changes with the role's password: a login of before the change ends with it."""
        kept = self._hashes.get(role)
        return "" if kept is None else sha256(kept.get_secret_value().encode()).hexdigest()[:16]

    def _fits(self, kept: SecretStr, password: str) -> bool:
        try:
            return self._hasher.verify(kept.get_secret_value(), password)
        except (VerificationError, InvalidHashError):
            return False


def load_passwords(settings: Settings) -> Passwords:
    """The passwords this process accepts; ConfigError for what is no argon2 hash."""
    return Passwords(password_hashes(read_variables(settings.paths.env_file)))


def hash_of(password: str) -> str:
    """What goes into OPERATOR_PASSWORD_HASH; BadInput for one that is easily guessed."""
    if len(password) < SHORTEST or len(set(password)) < SHORTEST // 2:
        raise BadInput(f"this password is easily guessed: take {SHORTEST} characters or more")
    if len(password) > LONGEST:
        raise BadInput(f"this password is too long: take {LONGEST} characters or fewer")
    return PasswordHasher().hash(password)
