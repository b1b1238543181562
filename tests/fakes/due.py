"""What is due, run one after the other: a shift without lanes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from core.desk.desk import Desk
from core.desk.due import due_slots, run_one
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Slot


def run_due(desk: Desk, since: datetime, report: Callable[[Slot, SlotOutcome], object]) -> None:
    """Every unfinished slot between ``since`` and now, oldest first; one failure stops no other."""

    async def run() -> None:
        due = due_slots(desk, since)
        for slot in due:
            outcome = await run_one(desk, slot, due, retry=False)
            if outcome is not None:
                report(slot, outcome)

    asyncio.run(run())
