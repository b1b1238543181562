"""A whole chaos run: the ground, the exchange, the processes, the storm, and what was found after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from config.settings import Settings
from config.wiring import calendar, simulated_market
from core.clock import at_new_york
from core.desk.slots import Job, Slot, following, slots_between, upkeep_slots
from core.types import AccountId
from tests.chaos.checks import CASH, Findings, examine
from tests.chaos.clock import SharedClock
from tests.chaos.database import Restart, Watched
from tests.chaos.desk_process import KEY, key_of
from tests.chaos.floor import Floor
from tests.chaos.ground import BrokerKind, Ground
from tests.chaos.herd import Herd
from tests.chaos.storm import Storm
from tests.chaos.web import Web
from tests.chaos.writers import make_table
from tests.servers.alpaca_server import AlpacaServer, alpaca_server

START = date(2024, 3, 5)
"""A Tuesday; the clocks of New York go forward on the Sunday after it."""
BEGINS = at_new_york(START, time(6))
SEED_OF_PRICES = 7

KEPT = (Job.HEALTH, Job.RECONCILE, Job.BREAKER, Job.NIGHTLY)
"""The upkeep of a desk whose other strategies are off."""


@dataclass(frozen=True)
class Weather:
    """``often`` is the share of slots at which something strikes; ``url`` an empty database's."""

    seed: int
    weeks: int = 2
    often: float = 0.3
    broker: BrokerKind = "six keys"
    url: str | None = None
    restart: Restart | None = None


@dataclass(frozen=True)
class Aftermath:
    found: Findings
    struck: Counter[str]
    died: list[str]
    seconds: float
    waited_s: float
    posts: int
    pages: int

    def table(self) -> str:
        """The numbers in lines: first what struck, then what came of it."""
        found, lines = self.found, [f"{times:6d}  {kind}" for kind, times in self.struck.items()]
        ends = ", ".join(f"{times} {outcome}" for outcome, times in found.outcomes.items())
        lines += [
            f"slots: {ends}",
            f"orders: {found.intended} intended, {found.at_exchange} at the exchange",
            f"        {self.posts} sendings, {found.duplicates} twice, {found.lost} lost",
            f"log: {found.events} events under {found.leaders} leaders",
            f"web app: {self.pages} answers",
            f"wall: {self.seconds:.0f} s, the longest step {self.waited_s:.1f} s",
        ]
        return "\n".join([*lines, *(f"DIED: {one}" for one in self.died), *self.found.wrong])


def brave(weather: Weather, folder: Path) -> Aftermath:
    """Live the weeks through the storm; everything is left in ``folder``."""
    began = monotonic()
    with alpaca_server() as server:
        url = weather.url or f"sqlite:///{folder / 'events.db'}"
        ground = Ground(str(folder), url, server.url, weather.broker, weather.seed)
        settings = ground.settings()
        _open_accounts(server, settings, weather.broker)
        slots = calendar_slots(settings, weather)
        store = ground.open()
        make_table(store.engine)
        floor = _floor(server, settings)
        SharedClock(ground.path).move_to(BEGINS)
        with _processes(ground) as (herd, web):
            watched = Watched(store, url, weather.restart)
            storm = Storm(ground, herd, web, watched, floor, server.faults, slots, weather.often)
            storm.run(BEGINS)
            watched.unlock()
        there = None if weather.broker == "simulated" else server.exchange
        found = examine(store, slots, there, settings.policy)
        found.wrong += web.wrong
        store.close()
        took = monotonic() - began
        posts, pages = len(server.posts()), web.answers.total()
        return Aftermath(found, storm.struck, herd.died, took, storm.waited_s, posts, pages)


def calendar_slots(settings: Settings, weather: Weather) -> list[Slot]:
    """Every slot of these weeks by the calendar alone, in order of time."""
    end = START + timedelta(days=7 * weather.weeks - 1)
    found = list(slots_between(settings.policy.schedule, calendar(), START, end))
    if weather.broker != "simulated":
        found += [after for slot in found for after in following(calendar(), slot)]
    found += [slot for slot in upkeep_slots(calendar(), START, end) if slot.job in KEPT]
    return sorted(found, key=lambda slot: slot.at)


def _open_accounts(server: AlpacaServer, settings: Settings, broker: BrokerKind) -> None:
    server.exchange.accounts.clear()
    seats = [seat.account_id for seat in settings.policy.accounts]
    for name in [KEY] if broker == "one key" else seats:
        server.exchange.add_account(key_of(AccountId(name)), CASH)


def _floor(server: AlpacaServer, settings: Settings) -> Floor:
    symbols = settings.policy.symbols
    market: Any = simulated_market(symbols, SEED_OF_PRICES, START.year + 1)
    floor = Floor(server, market, calendar(), BEGINS)
    floor.list_assets(symbols)
    return floor


@contextmanager
def _processes(ground: Ground) -> Iterator[tuple[Herd, Web]]:
    herd, web = Herd(ground), Web(ground)
    try:
        yield herd, web
    finally:
        web.end()
        herd.end()
