"""Every number is the log's own, whether it is read at once or bit by bit, and nothing counts twice."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from decimal import Decimal

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from core.clock import FixedClock
from core.desk.breaker import reset
from core.desk.breaker_meter import BreakerMeter
from core.events import ALL_EVENTS
from core.schemas.breaker import account_scope
from storage.event_store import open_store
from storage.metrics import LogMetrics
from storage.metrics.accounts import AccountFigures
from storage.metrics.families import Families
from storage.projections import ALL_PROJECTIONS
from storage.queries.reader import StoreReader
from storage.serialization import EventRegistry
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.stored_weeks import open_desk, simulated_store, write_week
from tests.storage.conftest import SHARED

CONTRACT = """
trading_agent_latency_seconds trading_llm_call_duration_seconds trading_market_data_fallbacks_total
trading_hard_constraint_violations_total trading_cycle_duration_seconds circuit_breaker_triggers
current_drawdown consecutive_losses
""".split()
NOW = on("2026-12-01")


def samples(text):
    """Every sample by name and labels; when a series was made is not a number of the desk's."""
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text.decode())
        for one in family.samples
        if not one.name.endswith("_created")
    }


def total(found, name, **labels):
    wanted = set(labels.items())
    return sum(v for (n, told), v in found.items() if n == name and wanted <= set(told))


def metrics_at(url):
    return LogMetrics(StoreReader.at(url), FixedClock(NOW))


@pytest.fixture(scope="module")
def desk_url(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('metrics') / 'desk.db'}"
    simulated_store(url, weeks=3)
    return url


@pytest.fixture(scope="module")
def rows(desk_url):
    store = open_store(desk_url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    yield list(store.read_all())
    store.close()


@pytest.fixture(scope="module")
def found(desk_url):
    return samples(metrics_at(desk_url).render())


def count(rows, kind):
    return sum(row.type == kind for row in rows)


def test_the_names_of_the_specification_are_these_to_the_letter(desk_url):
    text = metrics_at(desk_url).render().decode()
    named = {
        line.split()[2].removesuffix("_created") for line in text.splitlines() if "# TYPE" in line
    }
    assert set(CONTRACT) <= named


def test_counts_are_those_of_the_log(found, rows):
    orders = {
        outcome: total(found, "trading_orders_total", outcome=outcome)
        for outcome in ("intended", "sent", "filled")
    }
    assert orders == {
        "intended": count(rows, "OrderIntended"),
        "sent": count(rows, "OrderAccepted"),
        "filled": count(rows, "OrderFilled"),
    }
    assert orders["filled"] > 0
    assert total(found, "trading_last_event_position") == len(rows)
    assert total(found, "trading_slots_total") == count(rows, "SlotFinished")
    assert total(found, "trading_cycle_duration_seconds_count", kind="weekly") == 3


def test_every_call_is_timed_by_model_and_by_agent(found, rows):
    calls = [row for row in rows if row.type == "ModelCallCompleted"]
    assert total(found, "trading_llm_call_duration_seconds_count", outcome="answered") == len(calls)
    seconds = sum(row.telemetry["latency_ms"] for row in calls) / 1_000
    assert total(found, "trading_llm_call_duration_seconds_sum") == pytest.approx(seconds)
    by_agent = Counter(
        row.stream_id.split("/")[2:][-1] for row in calls if "/pitch/" in row.stream_id
    )
    for agent, asked in by_agent.items():
        name = "trading_agent_latency_seconds_count"
        assert total(found, name, agent=agent, task="pitch") == asked
    assert total(found, "trading_agent_latency_seconds_count", task="research") == 6


def test_every_stage_is_timed(found, rows):
    ran = Counter(
        row.payload["stage"]
        for row in rows
        if row.type == "StageCompleted" and not row.payload["skipped"]
    )
    for stage, times in ran.items():
        assert total(found, "trading_stage_duration_seconds_count", stage=stage) == times


def test_a_simulations_slots_are_not_late(found):
    assert total(found, "trading_slot_delay_seconds_count") == 0


def test_equity_is_the_newest_marks(found, desk_url):
    reader = StoreReader.at(desk_url)
    rows = reader.rows(text("SELECT * FROM account_equity ORDER BY session"))
    equity = {row["account_id"]: Decimal(row["equity"]) for row in rows}
    assert len(equity) == 6
    for account, worth in equity.items():
        assert total(found, "trading_equity_usd", account=account) == float(worth)
    invested = [worth for account, worth in equity.items() if account != "acct_6"]
    assert total(found, "trading_equity_usd", account="desk") == float(sum(invested))


def breakers_own(store):
    """Drawdown and losses in a row of every account and the desk, from the breaker's meter."""
    policy = rules_settings().policy
    return {
        scope.removeprefix("account/"): (one.gauge.drawdown_pct / 100, one.gauge.losses)
        for scope, one in BreakerMeter(store, policy).scopes().items()
        if not scope.startswith("strategy/")
    }


def test_drawdown_and_losses_are_the_breakers_own_also_after_a_reset(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    simulated_store(url, weeks=3)
    store = open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    metrics = metrics_at(url)
    before = samples(metrics.render())
    fallen = [account for account, (fall, _) in breakers_own(store).items() if fall]
    assert {"desk", *fallen[:1]} <= set(breakers_own(store))
    reset(store, account_scope(fallen[0]), "a bad tick", "ann", NOW)
    after = samples(metrics.render())
    for account, (fall, losses) in breakers_own(store).items():
        assert total(after, "current_drawdown", account=account) == pytest.approx(float(fall))
        assert total(after, "consecutive_losses", account=account) == losses
    assert total(before, "current_drawdown", account=fallen[0]) > 0
    assert total(after, "current_drawdown", account=fallen[0]) == 0
    store.close()


def test_every_halt_has_its_series_before_it_happens(found):
    for scope in ("account/acct_1", "account/acct_6", "strategy/macro_council", "desk"):
        key = ("circuit_breaker_triggers", (("cause", "drawdown"), ("scope", scope)))
        assert found[key] == 0


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_bit_by_bit_is_the_same_as_at_once(store_url, open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    readers = [StoreReader.at(store_url), StoreReader.at(store_url)]
    following, anew = (LogMetrics(reader, FixedClock(NOW)) for reader in readers)
    assert following.render()
    open_desk(store)
    following.render()
    write_week(store)
    bits = samples(following.render())
    assert bits == samples(following.render()) == samples(anew.render())
    assert total(bits, "trading_hard_constraint_violations_total", outcome="clamped") == 1
    assert total(bits, "trading_stage_failures_total", stage="risk", error="MarketError") == 1
    for reader in readers:
        reader.close()


def test_another_log_in_its_place_is_counted_anew(tmp_path, desk_url, found):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    store = open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    open_desk(store)
    write_week(store)
    store.close()
    metrics = metrics_at(url)
    assert total(samples(metrics.render()), "trading_stage_failures_total") == 1
    with sqlite3.connect(desk_url.removeprefix("sqlite:///")) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for leftover in tmp_path.glob("desk.db-*"):
        leftover.unlink()
    shutil.copy(desk_url.removeprefix("sqlite:///"), tmp_path / "desk.db")
    assert samples(metrics.render()) == found


def test_a_store_that_is_not_there_or_cannot_be_read_says_so(tmp_path):
    file = tmp_path / "desk.db"
    metrics = metrics_at(f"sqlite:///{file}")
    assert total(samples(metrics.render()), "trading_database_up") == 1
    file.write_text("no database" * 500)
    assert total(samples(metrics.render()), "trading_database_up") == 0


def test_prompts_and_answers_are_never_fetched(desk_url, monkeypatch):
    asked = []
    rows_of = StoreReader.rows
    monkeypatch.setattr(
        StoreReader, "rows", lambda self, query: asked.append(query) or rows_of(self, query)
    )
    metrics_at(desk_url).render()
    (log,) = {str(q) for q in asked if "events.payload" in str(q) and "events.type IN" in str(q)}
    types = {
        name for query in asked if str(query) == log for name in query.compile().params["type_1"]
    }
    assert "OrderFilled" in types
    assert not types & {"ModelCallRequested", "ModelCallCompleted", "ResearchJobEnded"}


@pytest.mark.parametrize(
    ("pnls", "losses"), [("", 0), ("-1", 1), ("-1 -2 -0.01", 3), ("-1 0 -1", 1), ("-1 5", 0)]
)
def test_losses_in_a_row_end_with_a_trade_that_lost_nothing(pnls, losses):
    class Trades:
        def rows(self, _query):
            rows = enumerate(pnls.split(), 1)
            return [{"position": at, "account_id": "acct_1", "pnl": pnl} for at, pnl in rows]

    found = AccountFigures().losses(Trades(), ["acct_1", "acct_2"])
    assert found == {"acct_1": losses, "acct_2": 0}


def test_looks_that_read_on_show_what_a_first_look_shows():
    made = bench(rules_settings())
    figures, families = AccountFigures(), Families()
    reader = StoreReader(made.store.engine)
    for start, end in (("2024-01-03", "2024-01-09"), ("2024-01-10", "2024-01-23")):
        made.simulate(start, end)
        figures.show(families, reader)
        fresh = Families()
        AccountFigures().show(fresh, reader)
        shown, anew = (generate_latest(one.registry) for one in (families, fresh))
        assert samples(shown) == samples(anew)
