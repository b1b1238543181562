"""Health is what the store says: unknown is no fault, stale is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.events.market import UniverseMarked
from core.events.scheduling import PlannedSlot, SlotsPlanned
from core.events.system import SlotFinished
from core.types import StoreKind, StreamId, WeekId
from storage.engine import PoolSettings
from storage.projections import ALL_PROJECTIONS
from storage.queries.health import health_report, is_led, serves
from storage.queries.reader import StoreReader
from storage.queries.vital_signs import BrokerSeen, LeaderSeen, Marks, VitalSigns, vital_signs
from tests.fakes.desks import on
from tests.fakes.stored_weeks import append, open_desk
from tests.fakes.week import AS_OF
from tests.storage.conftest import EVERYWHERE

POOL = PoolSettings(min_size=3, max_size=9)
WEDNESDAY = date(2026, 11, 18)


@pytest.fixture
def desk(open_at):
    return open_at(projections=ALL_PROJECTIONS)


def report(store, now=AS_OF):
    return health_report(StoreReader(store.engine), POOL, now)


@pytest.mark.parametrize("store_url", EVERYWHERE, indirect=True)
def test_an_empty_desk_is_well_and_knows_nothing(desk):
    told = report(desk)
    parts = ("database", "scheduler", "market_data", "broker")
    assert (told["status"], *(told[part]["status"] for part in parts)) == (
        "ok",
        "empty",
        "unknown",
        "unknown",
        "unknown",
    )
    assert serves(told)
    assert is_led(told)
    limited = desk.engine.dialect.name == "postgresql"
    assert told["database"]["max_size"] == (9 if limited else None)
    assert (told["database"]["free_connections"] is not None) == limited


def mark(store, session):
    append(store, StreamId("system/market"), UniverseMarked(session=session, prices=()))


def mark_slot(store, session, outcome):
    slot = SlotFinished(
        job="mark",
        slot=f"mark/{session}/close",
        at=AS_OF,
        session=session,
        label="close",
        slot_week_id=WeekId("2026-11-18"),
        previous=None,
        outcome=outcome,
    )
    append(store, StreamId("system/slots"), slot)


def test_prices_are_fresh_until_a_session_goes_unmarked(desk):
    mark(desk, WEDNESDAY)
    mark_slot(desk, WEDNESDAY, "done")
    told = report(desk, AS_OF + timedelta(hours=1))["market_data"]
    assert told == {"status": "ok", "session": "2026-11-18", "due": "2026-11-18", "age_s": 3600.0}
    mark_slot(desk, WEDNESDAY + timedelta(days=1), "failed")
    told = report(desk, AS_OF + timedelta(days=1))
    assert (told["status"], told["market_data"]["status"]) == ("degraded", "stale")


def test_prices_are_stale_when_nobody_even_tried(desk):
    mark(desk, WEDNESDAY)
    over_a_holiday, later = AS_OF + timedelta(days=4), AS_OF + timedelta(days=6)
    assert report(desk, over_a_holiday)["market_data"]["status"] == "ok"
    assert report(desk, later)["market_data"]["status"] == "stale"


def test_a_session_nobody_marked_is_missed_as_soon_as_its_planned_mark_is_over(desk):
    """The scheduler died in the week: its plan knows what should have come."""
    mark(desk, WEDNESDAY)
    mark_slot(desk, WEDNESDAY, "done")
    thursday, due = WEDNESDAY + timedelta(days=1), on("2026-11-19", "16:16")
    planned = PlannedSlot(
        slot=f"mark/{thursday}/close",
        job="mark",
        label="close",
        at=due,
        week_id=WeekId("2026-11-18"),
        skip="",
    )
    append(desk, StreamId("system/scheduler"), SlotsPlanned(session=thursday, slots=(planned,)))
    assert report(desk, due + timedelta(minutes=29))["market_data"]["status"] == "ok"
    told = report(desk, due + timedelta(minutes=31))["market_data"]
    assert (told["status"], told["due"]) == ("stale", "2026-11-19")


def lease(store, holder, heartbeat):
    with store.engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM leases")
        connection.exec_driver_sql(
            "INSERT INTO leases (name, holder, token, heartbeat_at, expires_at, acquired_at) "
            "VALUES ('scheduler', ?, 7, ?, ?, 0)",
            (holder, heartbeat.timestamp(), heartbeat.timestamp() + 20),
        )
        connection.commit()


def test_a_leader_is_alive_as_long_as_it_promised(desk):
    now = datetime.now(UTC)
    lease(desk, "host:1", now)
    told = report(desk, now + timedelta(seconds=19))
    assert told["scheduler"] == {
        "status": "ok",
        "holder": "host:1",
        "token": 7,
        "heartbeat_age_s": 19.0,
        "alive": True,
    }
    lease(desk, "host:1", now - timedelta(seconds=21))
    told = report(desk, now)
    assert (told["status"], told["scheduler"]["status"]) == ("degraded", "stale")
    assert (serves(told), is_led(told)) == (True, False)


def test_a_lease_that_was_handed_back_is_nobodys(desk):
    lease(desk, None, AS_OF)
    assert vital_signs(StoreReader(desk.engine), AS_OF).leader is None


def test_a_simulations_prices_end_where_it_ends(desk):
    open_desk(desk, StoreKind.SIMULATION)
    mark(desk, WEDNESDAY)
    told = report(desk, AS_OF + timedelta(days=60))
    assert (told["status"], told["market_data"]["status"]) == ("ok", "played")


@pytest.mark.parametrize(
    ("signs", "part"),
    [
        (VitalSigns(LeaderSeen("h", 1, 99.0, alive=False), None, None), "scheduler"),
        (VitalSigns(None, Marks("2026-11-17", "2026-11-18", 60.0), None), "market_data"),
        (VitalSigns(None, None, BrokerSeen(("acct_2",), on("2026-11-18"))), "broker"),
    ],
)
def test_any_part_that_is_not_well_degrades_the_whole(signs, part, desk, monkeypatch):
    monkeypatch.setattr("storage.queries.health.vital_signs", lambda _reader, _now: signs)
    told = report(desk)
    assert told["status"] == "degraded"
    assert told[part]["status"] in ("stale", "blocked")
