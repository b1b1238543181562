"""Which store the web process shows, opened once for reading."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from pydantic import TypeAdapter, ValidationError

from config.settings import Settings, load_settings
from core.errors import BadInput, ConfigError
from core.profile import ProfileName
from core.types import StoreKind
from storage.engine import PoolSettings
from storage.event_store import SqlEventStore
from storage.jobs import open_for_commands
from storage.queries import DeskFacts, StoreReader
from storage.queries.reader import EMPTY

ProfileSpelled: TypeAdapter[ProfileName] = TypeAdapter(ProfileName)
STORE_VARIABLE = "COUNCIL_STORE_URL"
"""Set by ``cli.py up --store``: it wins over every other setting of the store."""


def web_settings() -> Settings:
    """The settings of this process; ConfigError in one line when they cannot be read."""
    return _settings(os.environ.get(STORE_VARIABLE))


def open_reader() -> StoreReader:
    """The reader of the process's store; it need not exist yet."""
    return _reader(web_settings().database_url.get_secret_value(), pool_settings())


def desk_settings(facts: DeskFacts | None) -> Settings:
    """The settings the store's desk lives by: play, and what ``auto`` came to, go on by their own."""
    settings = web_settings()
    if facts is None:
        return settings
    if facts.kind is StoreKind.REAL and settings.profile_choice != "auto":
        return settings
    return _recorded(os.environ.get(STORE_VARIABLE), facts.profile)


@contextmanager
def commands_store() -> Iterator[SqlEventStore]:
    """The store open for one command; BadInput where no desk is yet: a page makes none."""
    if open_reader().version() == EMPTY:
        raise BadInput("there is no desk here yet: start one with `cli.py up`, then ask again")
    store = open_for_commands(web_settings().database_url.get_secret_value(), pool_settings())
    try:
        yield store
    finally:
        store.close()


def pool_settings() -> PoolSettings:
    pool = web_settings().pool
    return PoolSettings(pool.min_size, pool.max_size, pool.command_timeout_s, pool.max_idle_s)


@cache
def _settings(store: str | None) -> Settings:
    return load_settings(store=store)


@cache
def _recorded(store: str | None, profile: str) -> Settings:
    try:
        return load_settings(store=store, recorded_profile=ProfileSpelled.validate_python(profile))
    except ValidationError as error:
        raise ConfigError(
            f"the store's profile {profile!r} is not known to this version"
        ) from error


@cache
def _reader(url: str, pool: PoolSettings) -> StoreReader:
    return StoreReader.at(url, pool)
