"""A scheduler whose telling of people hangs in a thread, or in the event loop itself.

Run as ``python -m tests.crash.hanging_scheduler STORE thread|loop``. It prints ``hanging`` once it does.
"""

from __future__ import annotations

import asyncio
import sys
import time

from config.worker import Worker
from core.types import StoreKind
from scheduler import stop_on_signals
from tests.fakes.desks import bench, on, rules_settings

LAST_S = 2.0


def main(url: str, where: str) -> None:
    made = bench(rules_settings(url), at=on("2024-03-13", "06:31"), kind=StoreKind.REAL)

    def hang() -> None:
        sys.stdout.write("hanging\n")
        sys.stdout.flush()
        time.sleep(120)

    async def told() -> None:
        if where == "thread":
            await asyncio.to_thread(hang)
        hang()

    at_work = Worker(
        made.settings, made.store, lambda _: made.desk, grace_s=0.2, teller=lambda *_: told
    )
    stop_on_signals(at_work, LAST_S)
    at_work.run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
