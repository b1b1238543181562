"""A look at the scheduler from outside: whoever still lives tells that it fell silent."""

from __future__ import annotations

import asyncio
import logging

from config.settings import Settings
from core.clock import SystemClock, in_new_york
from core.errors import CouncilError
from storage.event_store import SqlEventStore
from storage.leases import leader_of

LOGGER = logging.getLogger("council.alerts")


def look(settings: Settings, store: SqlEventStore) -> str:
    """Raise the alert of a silence when there is one, and send what is due; the line to say."""
    # Apprise costs half a second to import, and `--help` imports this module.
    from config.alert_watch import alert_watch  # noqa: PLC0415 - see above

    leader = leader_of(store.engine)
    last_sign = None if leader is None else leader.heartbeat_at
    sent = asyncio.run(alert_watch(settings, store, SystemClock()).silence(last_sign))
    if last_sign is None:
        return f"nobody leads; {sent} alerts sent"
    sign = f"{in_new_york(last_sign):%Y-%m-%d %H:%M:%S} New York"
    return f"last sign of the scheduler {sign}; {sent} alerts sent"


def watch_quietly(settings: Settings, store: SqlEventStore) -> None:
    """`look` for a process that must go on whatever comes of it; what stops it is logged."""
    try:
        look(settings, store)
    except CouncilError as error:
        LOGGER.warning("the look at the scheduler failed: %s", error)
