"""Health as both processes report it: the database, the scheduler, the prices, the broker."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TypeAlias

from pydantic import JsonValue

from core.clock import iso
from core.errors import StoreError
from storage.engine import PoolSettings
from storage.queries.reader import EMPTY, StoreReader
from storage.queries.vital_signs import VitalSigns, vital_signs

Part: TypeAlias = dict[str, JsonValue]
OK, DEGRADED = "ok", "degraded"
UNKNOWN, PLAYED, STALE, BLOCKED = "unknown", "played", "stale", "blocked"
UNREACHABLE, MISCONFIGURED = "unreachable", "misconfigured"
NO_POOL: Part = dict.fromkeys(("pool_size", "free_connections", "min_size", "max_size"))
SOUND = (OK, EMPTY, UNKNOWN, PLAYED)


def health_report(reader: StoreReader, pool: PoolSettings, now: datetime) -> Part:
    """``status`` and its parts, each with a ``status`` of its own; never raises for a lost store.

    What the store has never heard of is ``unknown``, which is no fault: a new desk has no prices.
    """
    try:
        database, signs = _database(reader, pool), vital_signs(reader, now)
    except StoreError:
        return without_store(UNREACHABLE)
    return _report(database, signs)


def without_store(status: str) -> Part:
    """The report of a process whose store cannot be read, for this reason."""
    return _report({"status": status, **NO_POOL}, VitalSigns(None, None, None))


def serves(report: Part) -> bool:
    """Whether the store answers: what a web process needs to be of use."""
    database = report["database"]
    return isinstance(database, dict) and database["status"] in (OK, EMPTY)


def is_led(report: Part) -> bool:
    """Whether a scheduler is at work, as far as is known."""
    scheduler = report["scheduler"]
    return isinstance(scheduler, dict) and scheduler["status"] in (OK, UNKNOWN)


def _report(database: Part, signs: VitalSigns) -> Part:
    parts = {
        "database": database,
        "scheduler": _scheduler(signs),
        "market_data": _market_data(signs),
        "broker": _broker(signs),
    }
    sound = all(part["status"] in SOUND for part in parts.values())
    return {"status": OK if sound else DEGRADED, **parts}


def _database(reader: StoreReader, pool: PoolSettings) -> Part:
    """Status and pool; a SQLite file has no pool, its numbers are null."""
    status = EMPTY if reader.version() == EMPTY else OK
    size, free = reader.pool()
    if size is None:
        return {"status": status, **NO_POOL}
    bounds: Part = {"min_size": pool.min_size, "max_size": pool.max_size}
    return {"status": status, "pool_size": size, "free_connections": free, **bounds}


def _scheduler(signs: VitalSigns) -> Part:
    if signs.leader is None:
        return {"status": UNKNOWN}
    return {"status": OK if signs.leader.alive else STALE, **asdict(signs.leader)}


def _market_data(signs: VitalSigns) -> Part:
    if signs.marks is None:
        return {"status": UNKNOWN}
    told = asdict(signs.marks)
    if told.pop("played"):
        return {"status": PLAYED, **told}
    return {"status": OK if signs.marks.fresh else STALE, **told}


def _broker(signs: VitalSigns) -> Part:
    seen = signs.broker
    if seen is None:
        return {"status": UNKNOWN}
    compared = None if seen.compared_at is None else iso(seen.compared_at)
    return {
        "status": BLOCKED if seen.blocked else OK,
        "blocked": list(seen.blocked),
        "compared_at": compared,
    }
