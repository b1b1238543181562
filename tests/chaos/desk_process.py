"""A scheduler's process of the chaos run: the same worker as ``scheduler.py``, on this run's ground.

``python -m tests.chaos.desk_process FILE`` reads the ground once, imports everything once, and then
forks a process for every line on standard input: ``scheduler NAME`` or ``reader NAME``. It answers
with the process id. A fork costs milliseconds where a start costs three seconds.
"""

from __future__ import annotations

import asyncio
import ctypes
import faulthandler
import os
import random
import signal
import sys
import time
import traceback
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import config.worker
import storage.engine
from config.alert_watch import alert_watch
from config.wiring import build_desk, calendar, leader_lock, market_data
from config.worker import Worker
from core.clock import in_new_york
from core.desk.desk import Desk
from core.errors import CouncilError
from core.types import AccountId, StoreKind
from providers.alpaca.patience import RestPolicy
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperKey
from providers.alpaca.token_bucket import TokenBucket
from providers.broker.alpaca import AlpacaBroker, LookUps
from providers.broker.virtual import VirtualBroker
from providers.broker.virtual_key import Mid
from scheduler import job_tools
from storage.event_store import SqlEventStore
from storage.leases import Lease
from tests.chaos.clock import SharedClock
from tests.chaos.ground import LEASE_S, Ground, saved, say
from tests.chaos.moods import MoodyModel
from tests.chaos.reading import read_on
from tests.chaos.writers import Writers

QUICK = RestPolicy(connect_s=0.5, read_s=0.4, deadline_s=1.5, retries=1, backoff_s=0.01)
LOOK_UPS = LookUps(waits_s=(0, 0.05, 0.1), within_s=1.0)
BUSY_S = 1.0
"""SQLite's patience here: a lock held for longer is "database is locked"."""
TICK_S = 0.05
GRACE_S, PATIENCE_S = 2.0, 1.0
KEY = AccountId("key")
DIES_WITH_PARENT = 1
"""Linux's PR_SET_PDEATHSIG: nothing outlives a run that was broken off."""


def key_of(account_id: str) -> str:
    return f"PK-{account_id}"


def with_broker(ground: Ground, desk: Desk) -> Desk:
    """The desk at the loopback exchange, as the wiring puts it at Alpaca."""
    if ground.broker == "simulated":
        return desk
    accounts = [each.account_id for each in desk.policy.accounts]
    if ground.broker == "six keys":
        apis = {one: _api(ground, key_of(one)) for one in accounts}
        broker: Any = AlpacaBroker(apis, desk.calendar, desk.clock, LOOK_UPS)
    else:
        api = _api(ground, key_of(KEY))
        inner = AlpacaBroker({KEY: api}, desk.calendar, desk.clock, LOOK_UPS)
        cash = dict.fromkeys(accounts, desk.policy.risk.starting_cash)
        broker = VirtualBroker(inner, KEY, cash, desk.store, desk.clock, _mid_of(desk))
    return replace(desk, broker=broker, statements=broker, broker_name="alpaca")


def _api(ground: Ground, key_id: str) -> AlpacaRest:
    key = PaperKey(key_id, f"secret-of-{key_id}")
    return AlpacaRest(key, ground.exchange, QUICK, TokenBucket(1e6, 10_000))


def _mid_of(desk: Desk) -> Any:
    def mid(symbol: str, decided_at: datetime) -> Mid | None:
        now = desk.clock.now()
        session = desk.calendar.session_on_or_before(in_new_york(now).date())
        if not desk.calendar.session_open(session) < now < desk.calendar.session_close(session):
            return None
        quote = desk.market.quotes([symbol], now)[symbol]
        return Mid(quote.price, now, session, "chaos")

    return mid


def worker_on(ground: Ground, name: str) -> Worker:
    """As ``scheduler.worker_of`` makes it; with this run's clock, broker, models and patience."""
    settings, clock, writers = ground.settings(), SharedClock(ground.path, name), Writers()
    store = ground.open(writers)
    lease = Lease(store.engine, holder=f"{name}/{os.getpid()}", ttl_s=LEASE_S)
    writers.lease = lease
    dice = random.Random(f"{ground.seed}/{name}/{os.getpid()}")
    lock, trading = leader_lock(store.engine), asyncio.Lock()

    def build(opened: SqlEventStore) -> Desk:
        desk = build_desk(settings, opened, kind=StoreKind.REAL, clock=clock)
        live: Any = desk.providers
        live = replace(live, model=MoodyModel(live.model, ground.path, dice))
        return replace(with_broker(ground, desk), providers=live, lock=lock, trading=trading)

    return Worker(
        settings,
        store,
        build,
        lease=lease,
        grace_s=GRACE_S,
        patience_s=PATIENCE_S,
        teller=lambda opened, desk: alert_watch(settings, opened, desk.clock).round,
        tools=lambda desk: job_tools(settings, desk),
    )


def be_scheduler(ground: Ground, name: str) -> int:
    """0 when told to stop; a store that cannot be had just now is tried again, as systemd would."""
    working: list[Worker] = []
    told: list[int] = []

    def stop(number: int, _frame: object) -> None:
        told.append(number)
        for worker in working:
            worker.stop()

    signal.signal(signal.SIGTERM, stop)
    while not told:
        try:
            working.append(worker_on(ground, name))
            if told:  # while it was made
                working[-1].stop()
            working[-1].run()
        except CouncilError as error:
            say(f"scheduler: error: {error}; started again")
            time.sleep(0.3)
    return 0


def warm(ground: Ground) -> None:
    """What every fork would otherwise make for itself."""
    storage.engine.BUSY_SECONDS = BUSY_S
    storage.engine.ABANDONED_S = 1.0
    config.worker.TICK_S = TICK_S
    settings = ground.settings()
    calendar()
    clock: Any = SharedClock(ground.path)
    parts: Any = {"kind": StoreKind.REAL, "store": None, "alpaca": None}
    market_data(settings, 7, clock, **parts)


def fork(ground: Ground, role: str, name: str) -> int:
    """The id of a new process; its words go to ``NAME.log``."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
        log = os.open(ground.path / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        faulthandler.register(signal.SIGUSR1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        say(f"-- {role} {name} is process {os.getpid()}")
        code = be_scheduler(ground, name) if role == "scheduler" else read_on(ground)
    except BaseException:  # noqa: BLE001 - the last words of a process that dies
        traceback.print_exc()
    finally:
        say(f"-- {name} ends with {code}")
        os._exit(code)


def main(file: str) -> None:
    ground = saved(Path(file))
    warm(ground)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries them
    say("ready")
    for line in sys.stdin:
        role, name = line.split()
        say(fork(ground, role, name))


if __name__ == "__main__":
    main(sys.argv[1])
