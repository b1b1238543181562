"""Whole desks over stores in memory, with real adapters and a clock that tests move."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from config.settings import Settings, load_settings
from config.wiring import build_desk, open_store, scratch_desk
from core.clock import FixedClock, at_new_york
from core.desk.desk import Desk
from core.desk.dispatch import run_slot
from core.desk.opening import open_desk
from core.desk.replay import ReplayReport, replay
from core.desk.simulation import SimulationReport, simulate
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Slot, slots_between
from core.errors import MarketError, ModelUnavailable
from core.events.envelope import Append, Event, NewEvent, StoredEvent
from core.overrides import with_overrides
from core.schemas.briefs import PitchBrief
from core.schemas.model_call import ModelAnswer, ModelRequest
from core.schemas.pitch import PitchAnswer
from core.types import Horizon, StoreKind, StreamId, WeekId
from providers.llm.rules import RulesModel
from storage.event_store import SqlEventStore

MEMORY = "sqlite://"


def rules_settings(
    store: str = MEMORY, bars: Path | None = None, overrides: Mapping[str, str] | None = None
) -> Settings:
    """The rules profile, without any variable of this machine, and with ``--set`` overrides.

    Texts are compared by hashing: no model is loaded where no test is about one.
    """
    env = {"EMBEDDING_PROVIDER": "hashing"} | ({"MARKET_DATA_DIR": str(bars)} if bars else {})
    settings = load_settings(env=env, profile="rules", store=store)
    policy = with_overrides(settings.policy, overrides or {})
    return settings.model_copy(update={"policy": policy})


def on(day: str, wall: str = "08:00") -> datetime:
    """The instant of a New York wall time."""
    return at_new_york(date.fromisoformat(day), time.fromisoformat(wall))


@dataclass(frozen=True)
class Bench:
    """A desk under test, with its settings and its store."""

    settings: Settings
    store: SqlEventStore
    desk: Desk

    def at(self, instant: datetime) -> Bench:
        """The same desk at a later instant."""
        clock = self.desk.clock
        assert isinstance(clock, FixedClock)
        clock.move_to(instant)
        return self

    def under(self, overrides: Mapping[str, str]) -> Bench:
        """A new process on the same store, under other settings."""
        clock = self.desk.clock
        policy = with_overrides(self.settings.policy, overrides)
        settings = self.settings.model_copy(update={"policy": policy})
        return bench(settings, self.store, clock=clock)

    def heads(self) -> dict[str, str]:
        return {stream: head.hash for stream, head in self.store.heads().items()}

    def rows(self, stream: str) -> list[StoredEvent]:
        return list(self.store.read(StreamId(stream)))

    def events(self, *kinds: type[Event]) -> list[Any]:
        """Every event of these types, decoded, in the order of the log."""
        rows = self.store.read_all(types=[kind.__name__ for kind in kinds])
        return [self.store.decode(row) for row in rows]

    def simulate(self, start: str, end: str) -> SimulationReport:
        return asyncio.run(simulate(self.desk, date.fromisoformat(start), date.fromisoformat(end)))

    def slots(self, start: str, end: str) -> list[Slot]:
        policy, calendar = self.desk.policy, self.desk.calendar
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        return list(slots_between(policy.schedule, calendar, first, last))

    def run(self, slots: list[Slot]) -> list[SlotOutcome]:
        """These slots alone, each at its instant."""
        outcomes = []
        for slot in slots:
            self.at(slot.at)
            open_desk(self.desk, slot.at)
            outcomes.append(asyncio.run(run_slot(self.desk, slot)))
        return outcomes

    def replay(self, week: str) -> ReplayReport:
        return asyncio.run(
            replay(self.store, WeekId(week), scratch_desk(self.settings, self.store))
        )


def bench(
    settings: Settings,
    store: SqlEventStore | None = None,
    *,
    clock: Any = None,
    at: datetime | None = None,
    seed: int | None = None,
    kind: StoreKind = StoreKind.SIMULATION,
    model: Any = None,
    market: Any = None,
) -> Bench:
    """A desk from the composition root; ``model`` and ``market`` replace what runs and slots ask."""
    if store is None:
        store = open_store(settings)
    clock = clock or FixedClock(at or on("2024-01-02", "06:00"))
    desk = build_desk(settings, store, kind=kind, clock=clock, seed=seed)
    live: Any = desk.providers
    if model is not None:
        live = replace(live, model=model)
    if market is not None:
        live = replace(live, market=market)
        desk = replace(desk, market=market)
    return Bench(settings, store, replace(desk, providers=live))


@dataclass
class MoodyModel:
    """The rules models, but some seats are silent in some weeks or take another horizon.

    ``silent``: (week, model) pairs that fail; ``horizons`` by model.
    """

    silent: frozenset[tuple[str, str]] = frozenset()
    horizons: Mapping[str, Horizon] = field(default_factory=dict)

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        brief = request.brief
        week = getattr(brief, "week_id", "")
        if (str(week), request.model) in self.silent:
            raise ModelUnavailable(f"{request.model} is silent in week {week}")
        answer = await RulesModel().complete(request)
        if isinstance(brief, PitchBrief) and request.model in self.horizons:
            said = PitchAnswer.model_validate_json(answer.text)
            said = said.model_copy(update={"horizon": self.horizons[request.model]})
            return answer.model_copy(update={"text": said.model_dump_json()})
        return answer


@dataclass
class FlakyMarket:
    """A market that raises ``error`` on every call while ``down``."""

    inner: Any
    down: bool = True
    source: str = ""
    error: Exception = field(
        default_factory=lambda: MarketError("the market cannot be reached: try again later")
    )

    def __post_init__(self) -> None:
        self.source = self.inner.source

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **more: Any) -> Any:
            if self.down:
                raise self.error
            return getattr(self.inner, name)(*args, **more)

        return call


def copied(store: SqlEventStore, settings: Settings, change: Any) -> SqlEventStore:
    """Another store with the same log, each row's payload as ``change(row)`` gives it."""
    other = open_store(settings, MEMORY)
    batch: list[Append] = []
    for stream, rows in groupby(store.read_all(), key=lambda row: row.stream_id):
        if any(append.stream_id == stream for append in batch):
            other.commit(batch)
            batch = []
        events = list(rows)
        again = [_again(store, row._replace(payload=change(row))) for row in events]
        batch.append(Append(StreamId(stream), again, events[0].version - 1))
    other.commit(batch)
    return other


def _again(store: SqlEventStore, row: StoredEvent) -> NewEvent:
    return NewEvent(
        event=store.decode(row),
        event_id=UUID(row.event_id),
        occurred_at=datetime.fromisoformat(row.occurred_at),
        week_id=row.week_id,  # type: ignore[arg-type]  # as it was stored
        run_id=row.run_id,  # type: ignore[arg-type]  # as it was stored
        metadata=row.metadata,
    )


@contextmanager
def no_network() -> Iterator[None]:
    """Every attempt to open a connection is an error while the block runs."""
    real = socket.socket.connect

    def refuse(self: Any, *args: Any) -> None:
        raise AssertionError(f"the network was used: {args}")

    socket.socket.connect = refuse  # type: ignore[method-assign,assignment]  # the test's own guard
    try:
        yield
    finally:
        socket.socket.connect = real  # type: ignore[method-assign]  # put back
