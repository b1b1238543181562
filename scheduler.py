"""The scheduler's process: one leads and runs what is due, others stand by and take over."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from config.alert_watch import alert_watch
from config.forward_daily import with_forward_returns
from config.job_tools import StoreTools
from config.memory import few_arenas
from config.observed import observed
from config.remembering_daily import with_memory
from config.settings import Settings, load_settings
from config.wiring import (
    build_desk,
    discovery_of_strategy,
    leader_lock,
    memory_of,
    open_configured,
    open_store,
    scratch_desk,
)
from config.worker import BuildDesk, Worker
from config.worker_lines import say
from core.clock import Clock, FixedClock, at_new_york, in_new_york
from core.commands import RunJob
from core.desk.desk import Desk
from core.desk.opening import desk_kind
from core.desk.shift import Aside
from core.errors import BadInput, ConfigError, CouncilError
from core.types import StoreKind
from storage.event_store import SqlEventStore
from storage.leases import Lease

STORE_VARIABLE = "COUNCIL_STORE_URL"
FAILURE, USAGE = 1, 2
STOPS = (signal.SIGTERM, signal.SIGINT)
LAST_S = 19.0
"""Seconds after the signal at which the process is gone whatever hangs in it; `up` waits for 20."""


def job_tools(settings: Settings, desk: Desk) -> StoreTools:
    """What jobs need beside the leader's own desk, over its own store."""
    store = desk.store
    assert isinstance(store, SqlEventStore)  # a worker's desk lives in a database

    def past(instant: datetime) -> Desk:
        if desk.statements is not None:
            raise BadInput(
                f"{in_new_york(instant):%Y-%m-%d} is over, and {desk.broker_name} trades only now: "
                "live past weeks by a simulation"
            )
        clock = FixedClock(instant)
        then = build_desk(settings, store, kind=desk.kind, clock=clock)
        return replace(then, lock=desk.lock, trading=desk.trading)

    return StoreTools(
        store=store,
        exports=settings.paths.exports,
        past=past,
        scratch=scratch_desk(settings, store),
        simulation=lambda command: simulation_desk(settings, command),
    )


@contextmanager
def simulation_desk(settings: Settings, command: RunJob) -> Iterator[Desk]:
    """A desk of rules in a store of its own, as `simulate` makes one."""
    assert command.start is not None  # a simulation needs both
    name = f"simulation-{command.start}-{command.end}-{command.seed}.db"
    own = load_settings(store=str(settings.paths.runs / name), profile="rules")
    opened = open_store(own, synchronous="NORMAL")
    clock = FixedClock(at_new_york(command.start, own.policy.schedule.postmortem))
    kind = StoreKind.SIMULATION
    desk = build_desk(own, opened, kind=kind, clock=clock, seed=command.seed)
    try:
        with desk.lock.hold("scheduler"):
            yield desk
    finally:
        opened.close()


def leaders_desk(settings: Settings, store: SqlEventStore, clock: Clock | None = None) -> BuildDesk:
    """Builds the desk of each lead this process wins: new from the log, under the same two locks.

    A lead that is lost and won again must not meet work of the one before at the same accounts.
    """
    lock, trading = leader_lock(store.engine), asyncio.Lock()

    def build(opened: SqlEventStore) -> Desk:
        made = build_desk(settings, opened, kind=desk_kind(opened), clock=clock)
        made = with_memory(made, settings, lambda: memory_of(settings, opened))
        plain = made
        made = with_forward_returns(
            made, settings, lambda spec: discovery_of_strategy(settings, plain, spec).market
        )
        return replace(made, lock=lock, trading=trading)

    return build


def worker_of(
    settings: Settings, store: SqlEventStore, lease: Lease | None = None, clock: Clock | None = None
) -> Worker:
    """The worker of a store, as the kind of desk it holds; an empty store becomes a real one."""

    def teller(opened: SqlEventStore, desk: Desk) -> Aside:
        return alert_watch(settings, opened, desk.clock).round

    return Worker(
        settings,
        store,
        leaders_desk(settings, store, clock),
        lease=lease,
        teller=teller,
        tools=lambda desk: job_tools(settings, desk),
    )


def this_process() -> str:
    """A name no other process has, and that says where to look for this one."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"


def main() -> int:
    """0 when told to stop; in one line 2 when it may not start as asked, 1 when it cannot."""
    few_arenas()
    try:
        settings, store = open_configured(os.environ.get(STORE_VARIABLE))
        lease = Lease(store.engine, holder=this_process(), ttl_s=settings.lease_s)
        worker = worker_of(settings, store, lease)
        stop_on_signals(worker)
        with observed(settings, store, say):
            worker.run()
    except CouncilError as error:
        print(f"scheduler: error: {error}", file=sys.stderr, flush=True)  # noqa: T201 - as above
        return USAGE if isinstance(error, BadInput | ConfigError) else FAILURE
    return 0


def stop_on_signals(worker: Worker, within_s: float = LAST_S) -> None:
    """From now on SIGTERM and SIGINT stop the worker, and end the process when that takes too long.

    A thread hears them at a pipe that the interpreter itself writes to: a handler in Python waits
    until the main thread comes back from whatever it hangs in.
    """
    heard, told = os.pipe()
    os.set_blocking(told, False)
    threading.Thread(target=_end_after, args=(worker, heard, within_s), daemon=True).start()
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    for number in STOPS:
        signal.signal(number, lambda _number, _frame: worker.stop())


def _end_after(worker: Worker, heard: int, within_s: float) -> None:
    while os.read(heard, 1)[0] not in STOPS:
        continue
    worker.stop()
    time.sleep(within_s)
    _leave()


def _leave() -> None:
    """What hangs cannot be waited for: the log is whole at every moment, as if we were killed."""
    say("work under way does not end: left as it is, the next start goes on with it")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
