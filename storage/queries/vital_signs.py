"""Whether the desk is alive: who leads, how old its prices are, whether the broker agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orjson import loads
from sqlalchemy import Select, func, select

from core.clock import from_iso, iso
from core.types import StoreKind
from storage.projections.desk import SlotRow
from storage.projections.schedule import PlannedSlotRow
from storage.projections.writing import table_of
from storage.queries.desk import desk_facts
from storage.queries.reader import StoreReader
from storage.tables import EventRow

EVENTS, SLOTS, PLANNED = table_of(EventRow), table_of(SlotRow), table_of(PlannedSlotRow)
MARK = "mark"
MARK_PATIENCE = timedelta(minutes=30)
"""A mark that is due this long and not there is missing: it is tried again after five minutes."""
MARKET_STREAM, BROKER_STREAM = "system/market", "system/broker"
LONGEST_CLOSED = timedelta(days=5)
"""No holiday keeps the exchange closed for longer: an older mark is a missed one."""


@dataclass(frozen=True, slots=True)
class LeaderSeen:
    """Who leads, or led last; ``heartbeat_age_s`` since its last sign, ``alive`` while it promised."""

    holder: str
    token: int
    heartbeat_age_s: float
    alive: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """``session`` was marked last, ``due`` is the last one that should have been.

    ``played`` when this is no real desk: a simulation's prices end where it ends.
    """

    session: str
    due: str
    age_s: float
    played: bool = False

    @property
    def fresh(self) -> bool:
        return self.session >= self.due and self.age_s <= LONGEST_CLOSED.total_seconds()


@dataclass(frozen=True, slots=True)
class BrokerSeen:
    """The accounts whose broker and ledger differ, and when both were compared last."""

    blocked: tuple[str, ...]
    compared_at: datetime | None


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """As the store has them; None for what it has never heard of."""

    leader: LeaderSeen | None
    marks: Marks | None
    broker: BrokerSeen | None


def vital_signs(reader: StoreReader, now: datetime) -> VitalSigns:
    """Everything that ages by itself, a few rows each; StoreError when the store cannot be read."""
    return VitalSigns(_leader(reader, now), _marks(reader, now), _broker(reader))


def _leader(reader: StoreReader, now: datetime) -> LeaderSeen | None:
    """``alive`` is decided by the database's clock, as the lease itself is; the age by ``now``."""
    leader = reader.leader()
    if leader is None:
        return None
    age = max((now - leader.heartbeat_at).total_seconds(), 0.0)
    return LeaderSeen(leader.holder, leader.token, age, leader.alive)


def _marks(reader: StoreReader, now: datetime) -> Marks | None:
    marked = reader.first(
        select(EVENTS.c.payload, EVENTS.c.occurred_at)
        .where(EVENTS.c.stream_id == MARKET_STREAM, EVENTS.c.type == "UniverseMarked")
        .order_by(EVENTS.c.version.desc())
        .limit(1)
    )
    if marked is None:
        return None
    session = loads(marked["payload"])["session"]
    ended = select(func.max(SLOTS.c.session).label("session")).where(SLOTS.c.job == MARK)
    due = max(session, _newest(reader, ended), _newest(reader, _planned(now)))
    age = (now - from_iso(marked["occurred_at"])).total_seconds()
    facts = desk_facts(reader)
    played = facts is not None and facts.kind is not StoreKind.REAL
    return Marks(session, due, max(age, 0.0), played)


def _planned(now: datetime) -> Select[Any]:
    """The last session whose mark should be in by now, also when nobody was there to make it."""
    over = iso(now - MARK_PATIENCE)
    last = func.max(PLANNED.c.session).label("session")
    return select(last).where(PLANNED.c.job == MARK, PLANNED.c.at <= over)


def _newest(reader: StoreReader, asked: Select[Any]) -> str:
    """The one session asked for, "" where there is none."""
    row = reader.first(asked)
    return "" if row is None else row["session"] or ""


def _broker(reader: StoreReader) -> BrokerSeen | None:
    names = [EVENTS.c.type, EVENTS.c.payload, EVENTS.c.occurred_at]
    query = select(*names).where(EVENTS.c.stream_id == BROKER_STREAM).order_by(EVENTS.c.version)
    rows = reader.rows(query)
    blocked: dict[str, None] = {}
    for row in rows:
        account = loads(row["payload"]).get("account")
        if row["type"] == "ReconciliationMismatch":
            blocked[account] = None
        elif row["type"] == "MismatchResolved":
            blocked.pop(account, None)
    if not rows:
        return None
    return BrokerSeen(tuple(sorted(blocked)), from_iso(rows[-1]["occurred_at"]))
