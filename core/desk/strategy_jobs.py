"""A strategy's looks and measures at once, because a person asked: what its slots do at their hours."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from core.desk.bounded import LIMITS
from core.desk.desk import Desk
from core.desk.job_tools import Done
from core.desk.slots import Job
from core.desk.strategy_ports import Strategy
from core.desk.watching import discovery_stream
from core.errors import BadInput, StageTimeout
from core.events.discovery import DiscoveryRan
from core.ports import EventStore

LOOK_LIMIT = LIMITS[Job.DISCOVERY]
"""As long as the look of a slot."""
LATELY = 120
"""Events of a strategy's discovery: some thirty rounds."""


async def discover_now(
    desk: Desk, strategy: Strategy, asked_as: str, limit: timedelta = LOOK_LIMIT
) -> Done:
    """A round of this moment, also for a strategy that is off; asked again under its name, the same.

    BadInput for a strategy that discovers nothing, StageTimeout for a round that hangs.
    """
    known = _round_of(desk.store, strategy, asked_as)
    if known is not None:
        return _looked(known)
    if strategy.look is None:
        raise BadInput(f"strategy {strategy.name} discovers nothing: its universe is a fixed list")
    minutes = limit.total_seconds() / 60
    try:
        async with asyncio.timeout(limit.total_seconds()) as ends:
            await strategy.look(desk, desk.clock.now(), asked_as)
    except TimeoutError as error:
        if not ends.expired():
            raise
        raise StageTimeout(
            f"the look through the market did not end within {minutes:g} minutes: "
            "a source or a model it asks hangs, look at the log"
        ) from error
    made = _round_of(desk.store, strategy, asked_as)
    assert made is not None  # a look that ends is recorded
    return _looked(made)


async def measure_now(desk: Desk, strategy: Strategy) -> Done:
    """What the evening's slots measure and remember, also for a strategy that is off.

    BadInput for a strategy that discovers nothing, NoBars while the last close is not there.
    """
    if strategy.measure is None:
        raise BadInput(f"strategy {strategy.name} discovers nothing: there is nothing to measure")
    async with desk.trading:
        told = await asyncio.to_thread(strategy.measure, desk, desk.clock.now())
    return Done(told)


def _round_of(store: EventStore, strategy: Strategy, asked_as: str) -> DiscoveryRan | None:
    """The newest round under this name; None when there was none lately.

    Only the stream's end is read: years of rounds are hundreds of megabytes, and a claim is taken up
    within the hour.
    """
    stream = discovery_stream(strategy.name)
    found: DiscoveryRan | None = None
    for row in store.read(stream, max(0, store.head(stream).version - LATELY)):
        if row.type == DiscoveryRan.__name__ and row.payload["slot"] == asked_as:
            event = store.decode(row)
            assert isinstance(event, DiscoveryRan)  # by its type name
            found = event
    return found


def _looked(ran: DiscoveryRan) -> Done:
    picked = ", ".join(f"{picker} {count}" for picker, count in ran.picked.items())
    words = f"looked at {ran.looked_at} symbols: {picked}"
    return Done(words, {"round_id": ran.round_id, "looked_at": ran.looked_at})
