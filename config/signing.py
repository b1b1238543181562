"""The key that signs cookies, share links and bearer tokens: a file of its own beside the store."""

from __future__ import annotations

import os
import re
import secrets
import stat
from hashlib import sha256
from pathlib import Path

from itsdangerous import BadSignature
from itsdangerous import Signer as Signed
from sqlalchemy import make_url

from config.settings import Settings
from core.errors import ConfigError
from storage.engine import file_of

KEY_BYTES = 32
SUFFIX = ".web.key"
LONGEST = 2_000
"""Longer than any token of ours: what is longer is not looked at."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Signer:
    """Signs texts for one purpose each; a text signed for one purpose is nothing for another."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, purpose: str, text: str) -> str:
        """``text`` and its signature, as one word that may stand in an address or a cookie."""
        return self._signed(purpose).sign(text).decode()

    def read(self, purpose: str, token: str) -> str | None:
        """The signed text; None for a token that is forged, cut off or for another purpose."""
        if len(token) > LONGEST or not token.isascii():
            return None
        try:
            return self._signed(purpose).unsign(token).decode()
        except BadSignature:
            return None

    def _signed(self, purpose: str) -> Signed:
        return Signed(
            self._key, salt=f"council/{purpose}", key_derivation="hmac", digest_method=sha256
        )


def key_file(settings: Settings) -> Path:
    """``events.web.key`` beside ``events.db``; in ``runs/``, by host and name, for PostgreSQL."""
    url = make_url(settings.database_url.get_secret_value())
    file = file_of(url)
    if file is not None:
        return file.with_suffix(SUFFIX)
    name = f"{url.host or 'local'}-{url.database or 'memory'}"
    return settings.paths.runs / f"{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}{SUFFIX}"


def signer(settings: Settings) -> Signer | None:
    """The signer of the key that is there; None before the first start has made one."""
    key = _read(key_file(settings))
    return None if key is None else Signer(key)


def made_signer(settings: Settings) -> Signer:
    """The signer, its key made now where there is none: random, and readable by its owner alone.

    ConfigError where it cannot be written, or where others may read it.
    """
    file = key_file(settings)
    if _read(file) is None:
        _make(file)
    key = _read(file)
    if key is None:
        raise ConfigError(f"{file.name}: the signing key vanished as it was made: start again")
    return Signer(key)


def _read(file: Path) -> bytes | None:
    try:
        with file.open("rb") as handle:
            if os.fstat(handle.fileno()).st_mode & OTHERS:
                raise ConfigError(f"{file}: others may read the signing key: chmod 600 {file}")
            key = handle.read(KEY_BYTES * 4)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    if len(key) < KEY_BYTES:
        raise ConfigError(f"{file}: no signing key of ours: remove it, every link ends with it")
    return key


def _make(file: Path) -> None:
    """Written under another name and linked, so that nobody ever reads half a key."""
    part = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(
            part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR
        )
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(secrets.token_bytes(KEY_BYTES))
        os.link(part, file)
    except FileExistsError:
        return  # another process was faster: its key is the one
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
