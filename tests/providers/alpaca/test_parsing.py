"""Alpaca's texts as values, and nothing guessed where a value is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.errors import BrokerUnavailable
from providers.alpaca.parsing import instant, number, plain


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("99694.41", "99694.41"),
        ("-4", "-4"),
        (10, "10"),
        ("100000.12345678901234", None),
        ("0", "0"),
    ],
)
def test_money_is_exact(told, value):
    assert number({"cash": told}, "cash") == Decimal(value or told)


@pytest.mark.parametrize("told", [None, "", "n/a", "NaN", "Infinity", [], True, {}])
def test_what_is_no_number_is_said_and_never_zero(told):
    with pytest.raises(BrokerUnavailable, match="cash"):
        number({"cash": told}, "cash")


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("2026-11-18T14:30:00.123456999Z", datetime(2026, 11, 18, 14, 30, 0, 123456, UTC)),
        ("2026-11-18T14:30:00.5Z", datetime(2026, 11, 18, 14, 30, 0, 500000, UTC)),
        ("2026-11-18T14:30:00Z", datetime(2026, 11, 18, 14, 30, tzinfo=UTC)),
        ("2026-11-18T09:30:00.123456789-05:00", datetime(2026, 11, 18, 14, 30, 0, 123456, UTC)),
    ],
)
def test_nine_fractional_digits_are_cut_to_microseconds(told, at):
    assert instant({"t": told}, "t") == at


@pytest.mark.parametrize(
    "told", [None, "", "soon", "2026-11-18T14:30:00", 1795012200, "2026-13-01"]
)
def test_what_is_no_instant_with_its_zone_is_said(told):
    with pytest.raises(BrokerUnavailable, match="t as"):
        instant({"t": told}, "t")


@pytest.mark.parametrize(
    ("value", "text"), [("1E+2", "100"), ("1E-9", "0.000000001"), ("0.3", "0.3"), ("7", "7")]
)
def test_a_quantity_has_no_exponent(value, text):
    assert plain(Decimal(value)) == text
