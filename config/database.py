"""Which store is meant: ``--store``, else DATABASE_URL, else DATABASE_NAME and friends, else a file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from config.environment import Environment
from core.errors import ConfigError
from core.schemas.base import Schema

SQLITE = "sqlite:///"
POSTGRES = "postgresql+psycopg"
POSTGRES_SPELLINGS = ("postgres", "postgresql", POSTGRES)


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A database URL (never shown by repr: it may hold a password) and where it came from."""

    url: str = field(repr=False)
    origin: str

    @property
    def shown(self) -> str:
        return without_password(self.url)


class PoolSpec(Schema):
    """PostgreSQL's pool: connections kept and at most, seconds a statement, seconds idle."""

    min_size: int
    max_size: int
    command_timeout_s: float
    max_idle_s: float


def store_address(
    environment: Environment, origins: dict[str, str], root: Path, store: str | None = None
) -> StoreAddress:
    """The store in force; relative files are taken from ``root``, whatever the working directory."""
    if store:
        return StoreAddress(store_url(store, root), "command line --store")
    if environment.database_url:
        origin = origins["DATABASE_URL"]
        return StoreAddress(store_url(environment.database_url, root), origin)
    if environment.database_name:
        return StoreAddress(_server_url(environment), origins["DATABASE_NAME"])
    for name in ("DATABASE_USER", "DATABASE_HOST", "DATABASE_PASSWORD"):
        if name in origins:
            raise ConfigError(f"{origins[name]} without DATABASE_NAME: name the database too")
    path = store_url(environment.database_path, root)
    return StoreAddress(path, origins.get("DATABASE_PATH", "default"))


def store_url(text: str, root: Path) -> str:
    """A database URL, or a file's path, as the URL the storage takes; another database is refused."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        return f"{SQLITE}{(root / os.path.expanduser(text)).resolve()}"  # noqa: PTH111  raises nothing
    if scheme in POSTGRES_SPELLINGS:
        return f"{POSTGRES}://{rest}"
    if scheme != "sqlite":
        raise ConfigError(
            f"store {scheme}://… is not supported: use sqlite:///path or {POSTGRES}://…"
        )
    file = text.removeprefix(SQLITE)
    if text == "sqlite://" or file.startswith((":memory:", "file:", "/")) or not file:
        return text
    return f"{SQLITE}{(root / file).resolve()}"


def pool_of(environment: Environment) -> PoolSpec:
    return PoolSpec(
        min_size=environment.db_min_pool_size,
        max_size=environment.db_max_pool_size,
        command_timeout_s=environment.db_command_timeout,
        max_idle_s=environment.db_max_inactive_connection_lifetime,
    )


def without_password(url: str) -> str:
    """The URL fit to be shown: a password becomes ``***``."""
    try:
        password = urlsplit(url).password
    except ValueError:
        return f"{url.partition('://')[0]}://…"
    return url.replace(f":{password}@", ":***@", 1) if password else url


def _server_url(environment: Environment) -> str:
    user = quote(environment.database_user or "", safe="")
    if environment.database_password:
        user += f":{quote(environment.database_password, safe='')}"
    place = f"{environment.database_host}:{environment.database_port}"
    name = quote(environment.database_name or "", safe="")
    return f"{POSTGRES}://{user}{'@' if user else ''}{place}/{name}"
