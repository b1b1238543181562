"""Who leads, what comes next, how the last slots ended, and the exchange's hours."""

from __future__ import annotations

from dataclasses import dataclass

from pages.http.api.endpoint import Call, Endpoint, get
from storage.leases import Leader
from storage.queries.market import MarketHours, market_hours
from storage.queries.schedule import (
    ComingSlot,
    EndedSlot,
    Pause,
    coming_slots,
    ended_slots,
    pause,
)

SHOWN = 20


@dataclass(frozen=True, slots=True)
class SchedulerDocument:
    """``leader`` is None where nobody ever led."""

    leader: Leader | None
    pause: Pause | None
    coming: tuple[ComingSlot, ...]
    ended: tuple[EndedSlot, ...]


def endpoints() -> list[Endpoint]:
    return [
        get("/api/scheduler/status", "Leader, pause and slots", SchedulerDocument, _status),
        get(
            "/api/scheduler/market-status",
            "Whether the exchange is open, by the planned sessions",
            MarketHours,
            lambda call: market_hours(call.reader, call.now),
        ),
    ]


def _status(call: Call) -> SchedulerDocument:
    return SchedulerDocument(
        leader=call.reader.leader(),
        pause=pause(call.reader),
        coming=coming_slots(call.reader, call.now, SHOWN),
        ended=ended_slots(call.reader, SHOWN),
    )
