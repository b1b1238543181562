"""The alert of two pickers that part: both reasons, one alert a round, and text that is nothing but text."""

from __future__ import annotations

from dataclasses import replace

from core.alert_policy import AlertRules
from core.rules.alerts import alerts_of
from core.schemas.alert import Severity
from tests.core.rules.test_alerts import CONTEXT, row


def pick(picker: str, reason: str, *, picked: bool, unknown: str = "") -> dict:
    return {
        "picker": picker,
        "picked": picked,
        "reasons": [reason],
        "unknown": [unknown] if unknown else [],
    }


def payload(*symbols: str) -> dict:
    pairs = [
        {
            "symbol": symbol,
            "metric": pick(
                "metric", "volume 1,000: no, at least 1,000,000 a session", picked=False
            ),
            "llm": pick("llm", "Up **40 %**, see https://evil.example", picked=True),
        }
        for symbol in symbols
    ]
    return {"round_id": "r", "strategy": "equity_cycle", "as_of": "x", "pairs": pairs}


def told(*symbols: str, context=CONTEXT):
    return list(
        alerts_of(
            row("PickersDiverged", payload(*symbols), "strategy/equity_cycle/discovery"), context
        )
    )


def test_both_reasons_stand_side_by_side():
    [alert] = told("THIN", "TINY")
    assert alert.severity is Severity.WARNING
    assert alert.title == "Filters and model disagree on THIN, TINY"
    assert "THIN: filters say volume 1,000: no, at least 1,000,000 a session" in alert.body
    assert "https://evil" not in alert.body
    assert alert.link == "/discovery?strategy=equity_cycle"


def test_many_pairs_are_one_alert():
    [alert] = told(*(f"S{letter}" for letter in "ABCDEFGHI"))
    assert "and 3 more on the page" in alert.body


def test_it_can_be_switched_off():
    assert told("THIN", context=replace(CONTEXT, rules=AlertRules(divergence=False))) == []
