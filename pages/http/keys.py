"""What this process opens its door with: signing key, passwords, passes and share links."""

from __future__ import annotations

import os
from functools import cache

from config.passwords import Passwords, load_passwords
from config.signing import made_signer, signer
from core.clock import SystemClock
from pages.http.attempts import Attempts
from pages.http.passes import Passes
from pages.http.shares import Shares
from pages.http.store import STORE_VARIABLE, open_reader, web_settings

CLOCK = SystemClock()


@cache
def attempts() -> Attempts:
    """One count for the whole process: a new page or session begins none anew."""
    return Attempts(CLOCK)


def passwords() -> Passwords:
    return _passwords(os.environ.get(STORE_VARIABLE))


def passes() -> Passes | None:
    """None while no key was ever made: nothing that is shown can be signed by it."""
    key = signer(web_settings())
    return None if key is None else Passes(key, passwords(), open_reader, CLOCK)


def made_passes() -> Passes:
    """As `passes`, the key made now where there is none."""
    return Passes(made_signer(web_settings()), passwords(), open_reader, CLOCK)


def shares() -> Shares | None:
    key = signer(web_settings())
    return None if key is None else Shares(key, open_reader, CLOCK)


@cache
def _passwords(_store: str | None) -> Passwords:
    return load_passwords(web_settings())
