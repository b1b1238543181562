"""Alerts of what a strategy works without: memory, and a cycle that could not begin; once a day each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.alert_policy import AlertRules
from core.clock import FixedClock
from core.desk.alerts import raise_alerts
from core.desk.slots import Job
from core.rules.alerts import alerts_of
from core.schemas.alert import Severity
from tests.core.rules.test_alerts import CONTEXT, row, slot_payload
from tests.fakes.alerts import NOON, a_desk, memory, slot

WHY = "EmbeddingFailed: see https://evil.example **now**"
FROZEN = {"value": {"memory": WHY, "as_of": "2026-11-18T17:00:00.000000Z", "symbols": []}}
RAN = {
    "memory": WHY,
    "as_of": "2026-11-18T20:00:00.000000Z",
    "strategy": "equity_cycle",
    "absent": {},
}


def alerts(kind: str, payload: dict, event_id: str = "e-1", context=CONTEXT):
    return list(alerts_of(row(kind, payload, "run/c", event_id), context))


def test_a_cycle_and_discovery_without_memory_are_told_in_plain_text():
    (alert,) = alerts("CycleMarketFrozen", FROZEN)
    assert alert.severity is Severity.WARNING
    assert alert.title == "Memory gives no answer: decisions are made without past setups"
    assert "EmbeddingFailed" in alert.body
    assert "https://evil" not in alert.body
    assert alert.link == "/memory"


def test_of_one_day_all_are_the_same_alert():
    first, second = (
        alerts("CycleMarketFrozen", FROZEN)[0],
        alerts("DiscoveryRan", RAN, "e-2")[0],
    )
    assert first.alert_id == second.alert_id
    next_day = {**RAN, "as_of": "2026-11-19T20:00:00.000000Z"}
    assert alerts("DiscoveryRan", next_day, "e-3")[0].alert_id != first.alert_id


@pytest.mark.parametrize("why", ["", "no memory is connected"])
def test_memory_that_answered_or_was_never_there_is_no_alert(why):
    assert alerts("DiscoveryRan", {**RAN, "memory": why}) == []


def test_an_event_of_before_says_nothing_of_memory():
    before = {name: value for name, value in RAN.items() if name != "memory"}
    assert alerts("DiscoveryRan", before) == []


def test_it_can_be_switched_off():
    silent = replace(CONTEXT, rules=AlertRules(memory=False))
    assert alerts("DiscoveryRan", RAN, context=silent) == []


def test_discovery_without_its_model_is_told_once_a_day_where_a_person_can_mend_it():
    unkeyed = {**RAN, "memory": "", "absent": {"llm": "PreflightFailed: there is no key"}}
    (alert,) = alerts("DiscoveryRan", unkeyed)
    assert alert.title == "equityˍcycle discovers without its model"
    assert "there is no key" in alert.body
    assert alerts("DiscoveryRan", unkeyed, "e-9")[0].alert_id == alert.alert_id
    silent = {**unkeyed, "absent": {"llm": "ModelTimeout: no answer"}}
    assert alerts("DiscoveryRan", silent) == []
    both = {**unkeyed, "memory": WHY}
    assert {one.kind for one in alerts("DiscoveryRan", both)} == {"memory_silent", "model_absent"}


def unbegun(slot_key: str, detail: str, **more) -> dict:
    return slot_payload(job="cycle", slot=slot_key, detail=detail, **more)


def test_a_strategy_that_cannot_begin_is_told_once_a_day():
    told = [
        alerts("SlotFinished", unbegun(f"cycle/equity_cycle/2026-11-18/{at}", why), at)[0]
        for at, why in (("11:00", "not begun: there is no key"), ("14:30", "not begun: still"))
    ]
    assert told[0].alert_id == told[1].alert_id
    assert "there is no key" in told[0].body
    other = unbegun("cycle/another/2026-11-18/11:00", "not begun: there is no key")
    assert alerts("SlotFinished", other, "x")[0].alert_id != told[0].alert_id
    failed = unbegun("cycle/equity_cycle/2026-11-18/14:30", "it broke")
    assert alerts("SlotFinished", failed, "y")[0].alert_id != told[0].alert_id


def test_its_attempts_are_told_once_a_day_as_well():
    told = [
        alerts(
            "SlotAttemptFailed",
            {
                "slot": "cycle/equity_cycle/2026-11-18/11:00",
                "attempt": number,
                "at": f"2026-11-18T16:0{number}:00.000000Z",
                "detail": "not begun: no price",
            },
            f"e-{number}",
        )[0]
        for number in (1, 2)
    ]
    assert told[0].alert_id == told[1].alert_id


def test_two_in_one_look_are_raised_once():
    store = memory()
    for at in (NOON, NOON + timedelta(hours=3)):
        slot(store, at, Job.CYCLE, detail="not begun: no key", strategy="equity_cycle")
    assert raise_alerts(a_desk(store, FixedClock(NOON))) == 1
    store.close()
