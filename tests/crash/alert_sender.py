"""A process that delivers alerts until none is left: ``alert_sender.py STORE_URL ADDRESS MINUTES``."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.clock import FixedClock
from core.desk.alert_delivery import deliver
from core.desk.alerts import raise_alerts
from providers.alerts.apprise import AppriseNotifier
from tests.fakes.alerts import NOON, a_desk, memory


def main(url: str, address: str, minutes: str) -> None:
    store = memory(url)
    desk = a_desk(store, FixedClock(NOON + timedelta(minutes=int(minutes))))
    notifier = AppriseNotifier({"chat": address})
    raise_alerts(desk)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    asyncio.run(deliver(desk, notifier))
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
