"""Which store the web process shows, opened once for reading."""

from __future__ import annotations

import os
from functools import cache

from config.settings import Settings, load_settings
from storage.engine import PoolSettings
from storage.queries import StoreReader

STORE_VARIABLE = "COUNCIL_STORE_URL"
"""Set by ``cli.py up --store``: it wins over every other setting of the store."""


def web_settings() -> Settings:
    """The settings of this process; ConfigError in one line when they cannot be read."""
    return _settings(os.environ.get(STORE_VARIABLE))


def open_reader() -> StoreReader:
    """The reader of the process's store; it need not exist yet."""
    return _reader(web_settings().database_url.get_secret_value(), pool_settings())


def pool_settings() -> PoolSettings:
    pool = web_settings().pool
    return PoolSettings(pool.min_size, pool.max_size, pool.command_timeout_s, pool.max_idle_s)


@cache
def _settings(store: str | None) -> Settings:
    return load_settings(store=store)


@cache
def _reader(url: str, pool: PoolSettings) -> StoreReader:
    return StoreReader.at(url, pool)
