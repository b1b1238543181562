"""What each event does to its metric, by the event's name and fields alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.call_names import agent_and_task
from storage.metrics import runs, trades, work
from storage.metrics.families import Families
from storage.metrics.log_tail import LogLine
from storage.metrics.work import JobQueue
from tests.fakes.desks import on

AT = on("2026-11-18")


@pytest.fixture
def families():
    return Families()


def line(kind, stream="system/x", late=0.0, /, **payload):
    return LogLine(1, stream, kind, "run-1", payload, {}, AT, AT + timedelta(seconds=late))


def tell(families, handlers, *lines):
    for one in lines:
        handlers[one.type](families, one)


def value(families, name, **labels):
    return families.registry.get_sample_value(name, labels)


def test_a_halt_rises_and_ends_by_its_own_cause_or_by_a_person(families):
    desk = {"scope": "account/acct_1"}
    tell(
        families,
        trades.HANDLERS,
        line("AccountOpened", account_id="acct_1", strategy="macro_council"),
        line("BreakerTripped", **desk, cause="drawdown"),
        line("BreakerTripped", **desk, cause="losses"),
        line("BreakerReleased", **desk, cause="drawdown"),
    )
    halted = [value(families, "trading_breaker_halted", **desk, cause=c) for c in trades.CAUSES]
    assert halted == [0, 1]
    tell(families, trades.HANDLERS, line("BreakerReset", **desk))
    assert value(families, "trading_breaker_halted", **desk, cause="losses") == 0
    triggers = [value(families, "circuit_breaker_triggers", **desk, cause=c) for c in trades.CAUSES]
    assert triggers == [1, 1]


def test_the_kill_switch_and_a_difference_show_until_they_are_over(families):
    tell(
        families,
        trades.HANDLERS,
        line("TradingDisabled"),
        line("ReconciliationMismatch", account="key"),
    )
    assert value(families, "trading_enabled") == 0
    assert value(families, "trading_reconciliation_blocked", account="key") == 1
    tell(families, trades.HANDLERS, line("TradingEnabled"), line("MismatchResolved", account="key"))
    assert value(families, "trading_enabled") == 1
    assert value(families, "trading_reconciliation_blocked", account="key") == 0


def test_limits_count_in_official_runs_alone(families):
    hit = {"limit": "max_gross_pct", "outcome": "clamped"}
    payload = {"value": {"accounts": [{"hits": [hit, hit]}, {"hits": []}]}}
    tell(families, trades.HANDLERS, line("RiskAssessed", "run/what-if", **payload))
    name = "trading_hard_constraint_violations_total"
    assert value(families, name, **hit) is None
    tell(families, trades.HANDLERS, line("RiskAssessed", "week/2026-11-18", **payload))
    assert value(families, name, **hit) == 2


@pytest.mark.parametrize(("late", "times"), [(0, 1), (7_200, 1), (9 * 86_400, 0), (-60, 0)])
def test_a_slots_delay_is_told_when_its_clock_was_ours(families, late, times):
    slot = line("SlotFinished", "system/slots", late, job="weekly", outcome="done")
    tell(families, runs.HANDLERS, slot)
    assert (value(families, "trading_slot_delay_seconds_count", kind="weekly") or 0) == times
    assert value(families, "trading_slots_total", kind="weekly", outcome="done") == 1


def test_a_job_is_open_from_its_request_to_its_end(families):
    queue, job = JobQueue(), {"key": "weekly/2026-11-18", "request": 1}

    def open_jobs():
        return [
            value(families, "trading_jobs_open", state=state) for state in ("waiting", "running")
        ]

    queue.requested(families, line("JobRequested", **job))
    assert open_jobs() == [1, 0]
    queue.claimed(families, line("JobClaimed", "job/weekly", 3, **job))
    assert open_jobs() == [0, 1]
    assert value(families, "trading_job_wait_seconds_sum", kind="weekly") == 3
    queue.handed_back(families, line("JobHandedBack", **job))
    assert open_jobs() == [1, 0]
    queue.claimed(families, line("JobClaimed", **job))
    queue.finished(families, line("JobFinished", **job, outcome="failed"))
    assert open_jobs() == [0, 0]
    assert value(families, "trading_jobs_total", kind="weekly", outcome="failed") == 1


def test_alerts_count_as_raised_and_by_channel(families):
    tell(
        families,
        work.HANDLERS,
        line("AlertRaised", kind="breaker", severity="critical"),
        line("AlertFailed", channel="discord"),
        line("AlertDelivered", channel="discord"),
    )
    assert value(families, "trading_alerts_raised_total", kind="breaker", severity="critical") == 1
    outcomes = ("delivered", "failed", "suppressed")
    name = "trading_alert_deliveries_total"
    told = [value(families, name, channel="discord", outcome=each) for each in outcomes]
    assert told == [1, 1, 0]


@pytest.mark.parametrize(
    ("call", "agent", "task"),
    [
        ("pitch/acct_1", "acct_1", "pitch"),
        ("checkpoint/2026-11-18/12:00/acct_5", "acct_5", "checkpoint"),
        ("chairman/fallback/2", "chairman", "chairman"),
        ("research/A", "research_a", "research"),
        ("council/synthesis", "council", "council"),
    ],
)
def test_an_agent_is_who_was_asked(call, agent, task):
    assert agent_and_task(call) == (agent, task)
