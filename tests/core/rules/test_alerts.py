"""What each event is told as: titles, severities, units, and text that is nothing but text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alert_policy import AlertRules, QuietHours
from core.clock import iso
from core.events.envelope import StoredEvent
from core.rules.alert_context import AlertContext
from core.rules.alert_text import PASSAGE, gain, percent, plain, shares, usd
from core.rules.alert_timing import LONGEST_WAIT, is_quiet, wait_after
from core.rules.alerts import TOLD_TYPES, alerts_of, silence
from core.schemas.alert import LONGEST_BODY, LONGEST_TITLE, Severity
from core.types import AccountId
from tests.fakes.alerts import NAMES, NOON
from tests.fakes.desks import on

CONTEXT = AlertContext(AlertRules(), NAMES, AccountId("acct_5"))
DECISION = {
    "selected_trade": {"instrument": "SPY", "direction": "LONG", "horizon": "1w"},
    "conviction": 1.25,
    "rationale": "Rates fall. See https://evil.example/x?y and ping @everyone **now**.",
    "dissent_summary": [{"model": "grok", "position": "SHORT", "reason": "valuation"}],
    "monitoring_plan": {"checkpoints": [], "key_indicators": [], "watch_conditions": []},
    "decision_id": "d",
    "week_id": "2026-11-18",
    "chairman_model": "anthropic/claude",
    "origin": "chairman",
    "backed_by": None,
    "timestamp": iso(NOON),
}


def row(kind: str, payload: dict, stream: str = "system/slots", event_id: str = "e-1"):
    return StoredEvent(
        position=7,
        stream_id=stream,
        version=1,
        event_id=event_id,
        type=kind,
        schema_version=1,
        week_id="2026-11-18",
        run_id=None,
        payload=payload,
        metadata={},
        telemetry={},
        occurred_at=iso(NOON),
        recorded_at=iso(NOON),
        previous_hash="",
        hash="",
    )


def told(kind: str, payload: dict, stream: str = "system/slots", context=CONTEXT):
    (alert,) = alerts_of(row(kind, payload, stream), context)
    return alert


def decided(stream: str = "week/2026-11-18", **more):
    value = {**DECISION, **more}
    return row("ChairmanDecided", {"run_id": "r", "stage": "chairman", "value": value}, stream)


def slot_payload(**more):
    return {
        "job": "checkpoint",
        "slot": "checkpoint/2026-11-18/12:00",
        "at": iso(NOON),
        "session": "2026-11-18",
        "label": "12:00",
        "slot_week_id": "2026-11-18",
        "previous": None,
        "outcome": "failed",
        "detail": "no price",
        **more,
    }


def test_the_decision_of_a_week_is_told_with_its_conviction_and_dissent():
    (alert,) = alerts_of(decided(), CONTEXT)
    assert alert.title == "Week 2026-11-18: LONG SPY"
    assert alert.severity is Severity.INFO
    assert alert.link == "/week?week=2026-11-18"
    assert "Conviction +1.25 of ±2, horizon 1w" in alert.body
    assert "Dissent: grok: SHORT" in alert.body


def test_a_what_if_run_decides_nothing():
    assert list(alerts_of(decided("run/r"), CONTEXT)) == []


@pytest.mark.parametrize("origin", ["no_quorum", "chairman_failed"])
def test_a_week_nobody_decided_is_a_warning(origin):
    (alert,) = alerts_of(decided(origin=origin), CONTEXT)
    assert alert.severity is Severity.WARNING
    assert origin in alert.title


def test_a_model_s_words_become_no_link_no_mention_and_no_markup():
    (alert,) = alerts_of(decided(), CONTEXT)
    assert "https://" not in alert.body
    assert "@everyone" not in alert.body
    assert "evil.example" not in alert.body
    assert "**" not in alert.body


@given(st.text(max_size=600))
def test_plain_text_is_one_short_line_without_markup_mentions_or_addresses(text):
    shown = plain(text)
    assert len(shown.splitlines()) <= 1
    assert len(shown.replace("\u2060", "")) <= PASSAGE
    assert not set("`*_~|<>[]\\#") & set(shown)
    assert "://" not in shown
    assert "@e" not in shown


@given(st.text(alphabet="ab .@:/wW", max_size=60))
def test_no_address_is_whole_after_it_was_made_plain(text):
    shown = plain(text)
    assert "://" not in shown
    assert not any(f"@{letter}" in shown for letter in "abwW")
    assert not any(f"{a}.{b}" in shown for a in "abwW" for b in "abwW")


@pytest.mark.parametrize(
    ("job", "outcome", "severity"),
    [
        ("weekly", "failed", Severity.CRITICAL),
        ("weekly", "missed", Severity.CRITICAL),
        ("checkpoint", "failed", Severity.WARNING),
        ("checkpoint", "missed", Severity.WARNING),
    ],
)
def test_a_slot_that_failed_or_was_missed_is_told(job, outcome, severity):
    payload = slot_payload(job=job, slot=f"{job}/2026-11-18", outcome=outcome)
    alert = told("SlotFinished", payload)
    assert alert.title == f"Job {outcome}: {job}/2026-11-18"
    assert alert.severity is severity
    assert alert.body.splitlines() == ["no price", "Due 2026-11-18 12:00 New York."]


@pytest.mark.parametrize("outcome", ["done", "skipped"])
def test_a_slot_that_ended_well_is_not_told(outcome):
    assert list(alerts_of(row("SlotFinished", slot_payload(outcome=outcome)), CONTEXT)) == []


@pytest.mark.parametrize(
    ("outcome", "count"), [("failed", 1), ("missed", 1), ("done", 0), ("cancelled", 0)]
)
def test_a_job_is_told_when_it_failed_or_was_missed(outcome, count):
    payload = {"key": "weekly/2026-11-18", "request": 1, "outcome": outcome, "detail": "no quorum"}
    assert len(list(alerts_of(row("JobFinished", payload), CONTEXT))) == count


def test_a_slot_s_job_is_told_by_its_slot_and_a_later_request_by_itself():
    payload = {"key": "weekly/2026-11-18", "request": 1, "outcome": "failed", "detail": "x"}
    beside = replace(CONTEXT, slot_ended=True)
    assert list(alerts_of(row("JobFinished", payload), beside)) == []
    assert len(list(alerts_of(row("JobFinished", {**payload, "request": 2}), beside))) == 1


def test_an_attempt_that_is_tried_again_is_told_as_such():
    slot = {"slot": "mark/2026-11-18/close", "attempt": 1, "at": iso(NOON), "detail": "no price"}
    assert told("SlotAttemptFailed", slot).title == "Attempt 1 failed: mark/2026-11-18/close"
    back = {
        "key": "weekly/2026-11-18",
        "request": 1,
        "token": 3,
        "attempt": 2,
        "failed": True,
        "reason": "timeout",
        "again_at": iso(NOON),
    }
    assert "Tried again at 2026-11-18 12:00 New York." in told("JobHandedBack", back).body
    assert list(alerts_of(row("JobHandedBack", {**back, "failed": False}), CONTEXT)) == []


def test_a_mismatch_shows_both_sides_and_is_critical():
    payload = {
        "account": "acct_5",
        "accounts": ["acct_5"],
        "what": "position",
        "subject": "SPY",
        "ledger": "10",
        "broker": "12",
    }
    alert = told("ReconciliationMismatch", payload)
    assert alert.title == "Broker and ledger differ: Council (acct_5), position SPY"
    assert alert.severity is Severity.CRITICAL
    assert "Ledger: 10. Broker: 12." in alert.body
    over = {"account": "acct_5", "reason": "both agree", "by": "desk", "accepted_cash": "0"}
    assert told("MismatchResolved", over).severity is Severity.INFO


def test_a_tripped_breaker_is_critical_with_its_figures():
    payload = {
        "scope": "account/acct_5",
        "cause": "drawdown",
        "value": "20.5",
        "threshold": "20",
        "at_equity": "79500",
        "peak": "100000",
    }
    alert = told("BreakerTripped", payload)
    assert alert.severity is Severity.CRITICAL
    assert alert.title == "Breaker tripped, no new positions: Council (acct_5)"
    assert alert.body.splitlines() == [
        "Drawdown 20.50 % of the peak, bound 20.00 %.",
        "Equity $79,500.00, peak $100,000.00.",
        "At 2026-11-18 12:00 New York.",
    ]
    losses = {**payload, "scope": "desk", "cause": "losses", "value": "10", "threshold": "10"}
    assert "Losses: 10 in a row, bound 10." in told("BreakerTripped", losses).body
    assert told("BreakerReleased", {**payload, "on": "shadow"}).severity is Severity.WARNING


def test_the_kill_switch_says_who_and_why():
    payload = {"reason": "odd fills", "by": "ana", "flatten": True}
    alert = told("TradingDisabled", payload)
    assert alert.severity is Severity.CRITICAL
    assert alert.body.startswith("By ana: odd fills\nEvery position is to be closed.")
    assert told("TradingEnabled", {"reason": "fixed", "by": "ana"}).severity is Severity.WARNING


def test_a_budget_of_strategies_is_raised_where_it_stands():
    stop = {"week_id": "2026-11-18", "call": "cycle/validator", "model": "m", "spent_usd": "9"}
    alert = told(
        "BudgetStopped", {**stop, "limit_usd": "10", "reserved_usd": "0", "estimate_usd": "2"}
    )
    assert "Raise agents week_usd" in alert.body


def test_a_budget_that_stops_a_week_is_critical_with_dollars():
    payload = {
        "week_id": "2026-11-18",
        "call": "pitch acct_1",
        "model": "gpt",
        "spent_usd": "18.5",
        "reserved_usd": "0",
        "estimate_usd": None,
        "limit_usd": "20",
    }
    alert = told("BudgetStopped", payload)
    assert alert.severity is Severity.CRITICAL
    assert "Spent $18.50 of $20.00" in alert.body


@pytest.mark.parametrize(
    ("rule", "event"),
    [
        ("week_decided", decided()),
        ("jobs", row("SlotFinished", slot_payload())),
        ("jobs", row("JobFinished", {"key": "k", "request": 1, "outcome": "failed", "detail": ""})),
        ("orders_refused", row("OrderRejected", {"client_order_id": "o", "reason": "r"})),
        ("breaker", row("TradingEnabled", {"reason": "r", "by": "b"})),
    ],
)
def test_each_rule_can_be_switched_off(rule, event):
    assert len(list(alerts_of(event, CONTEXT))) == 1
    off = AlertContext(AlertRules.model_validate({rule: False}))
    assert list(alerts_of(event, off)) == []


def test_the_same_event_makes_the_same_alert_and_another_one_another():
    first, again = told("SlotFinished", slot_payload()), told("SlotFinished", slot_payload())
    (other,) = alerts_of(row("SlotFinished", slot_payload(), event_id="e-2"), CONTEXT)
    assert first == again
    assert first.alert_id != other.alert_id


def test_an_event_nobody_tells_of_makes_none():
    assert list(alerts_of(row("StageCompleted", {}), CONTEXT)) == []


@given(st.text(min_size=1, max_size=5_000))
def test_no_text_makes_an_alert_too_long(detail):
    alert = told("SlotFinished", slot_payload(detail=detail))
    assert len(alert.title) <= LONGEST_TITLE
    assert len(alert.body) <= LONGEST_BODY


def test_silence_has_one_id_however_long_it_lasts():
    hour = timedelta(hours=1)
    assert silence(NOON, NOON + hour).alert_id == silence(NOON, NOON + 2 * hour).alert_id
    assert silence(NOON, NOON + hour).alert_id != silence(NOON + hour, NOON + 2 * hour).alert_id
    assert "60 minutes ago" in silence(NOON, NOON + hour).body


def test_numbers_have_units_signs_and_thousands():
    assert usd(Decimal(101250)) == "$101,250.00"
    assert (gain(Decimal("-1250.5")), gain(Decimal(0))) == ("−$1,250.50", "+$0.00")
    assert (percent(Decimal("0.0125")), percent(Decimal("-0.5"))) == ("+1.25 %", "−50.00 %")
    assert (shares(Decimal(100)), shares(Decimal("12.5000"))) == ("100", "12.5")


@pytest.mark.parametrize(
    ("wall", "quiet"),
    [
        ("21:59", False),
        ("22:00", True),
        ("23:59", True),
        ("00:00", True),
        ("06:59", True),
        ("07:00", False),
        ("12:00", False),
    ],
)
def test_quiet_hours_go_over_midnight(wall, quiet):
    hours = QuietHours.model_validate({"start": "22:00", "end": "07:00"})
    assert is_quiet(hours, on("2026-11-18", wall)) is quiet


def test_quiet_hours_are_new_york_s_on_both_sides_of_daylight_saving():
    hours = QuietHours.model_validate({"start": "12:00", "end": "13:00"})
    for day in ("2026-03-07", "2026-03-09", "2026-10-31", "2026-11-02"):
        assert is_quiet(hours, on(day, "12:00"))
        assert not is_quiet(hours, on(day, "13:00"))


def test_waiting_doubles_up_to_a_bound():
    waits = [wait_after(failures).total_seconds() for failures in (1, 2, 3, 4, 5, 6, 60)]
    assert waits == [30, 60, 120, 240, 480, 600, LONGEST_WAIT.total_seconds()]


def test_no_type_is_followed_that_no_rule_tells():
    assert "StageCompleted" not in TOLD_TYPES
    assert {"OrderFilled", "SlotFinished", "JobFinished"} <= set(TOLD_TYPES)
