"""The event store a process opens, and the settings its desk lives by."""

from __future__ import annotations

from functools import cache

from config.loading import ProfileChoice
from config.settings import Settings, load_settings
from core.desk.opening import configured
from core.events import ALL_EVENTS
from core.types import StoreKind
from storage.engine import PoolSettings, Synchronous
from storage.event_store import SqlEventStore
from storage.event_store import open_store as open_sql_store
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry


def open_store(
    settings: Settings, url: str | None = None, *, synchronous: Synchronous = "FULL"
) -> SqlEventStore:
    """The event store at ``url`` (the settings' own by default), its read models up to date."""
    pool = settings.pool
    return open_sql_store(
        url or settings.database_url.get_secret_value(),
        registry=registry(),
        projections=ALL_PROJECTIONS,
        synchronous=synchronous,
        pool=PoolSettings(pool.min_size, pool.max_size, pool.command_timeout_s, pool.max_idle_s),
    )


def open_configured(
    store: str | None, profile: ProfileChoice | None = None
) -> tuple[Settings, SqlEventStore]:
    """An open store, with the settings its desk lives by.

    A profile that ``auto`` came to is kept; a demonstration or a simulation goes on by its own.
    """
    settings = load_settings(store=store, profile=profile)
    opened = open_store(settings)
    known = configured(opened)
    if known is None or profile is not None:
        return settings, opened
    if known.kind is StoreKind.REAL and settings.profile_choice != "auto":
        return settings, opened
    return load_settings(store=store, recorded_profile=known.profile), opened


@cache
def registry() -> EventRegistry:
    return EventRegistry(ALL_EVENTS)
