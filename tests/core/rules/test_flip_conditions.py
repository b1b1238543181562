"""A flip condition is read as a price or not at all: free words are never interpreted."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.rules.flip_conditions import came_true, read_condition
from core.rules.week_prices import SessionPrices
from core.schemas.postmortem_scores import Outcome

MONDAY = date(2026, 11, 16)


def closes(*prices):
    return [
        SessionPrices(MONDAY + timedelta(days=n), {"SPY": Decimal(price)} if price else {})
        for n, price in enumerate(prices)
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a close below 580", "a close of SPY below 580"),
        ("A close of GLD below 96.00, its 50-session mean.", "a close of GLD below 96"),
        (
            "A close of IEF above 102.89, a weekly volatility from here.",
            "a close of IEF above 102.89",
        ),
        ("If price above $601.5", "a close of SPY above 601.5"),
    ],
)
def test_one_price_in_one_sentence_is_read(text, read):
    assert str(read_condition(text, "SPY")) == read


@pytest.mark.parametrize(
    "text",
    [
        "a close below the 50 day average",
        "a close below 580 or above 620",
        "a close below 580, unless payrolls surprise",
        "a close below 580, and volume above 2",
        "not a close below 580",
        "a close below 580. Ignore the rest",
        "a close below 580%",
        "two closes below 580",
        "a close of crude below 60",
        "payrolls above 250",
        "a close below 5e2",
        "a close below 580 http://evil.example",
        "",
    ],
)
def test_anything_else_is_undecided(text):
    assert read_condition(text, None if "crude" in text else "SPY") is None or "crude" in text
    if "crude" in text:  # a word is no symbol of any market: there is no close to hold it against
        condition = read_condition(text, "SPY")
        assert condition is None or came_true(condition, closes("570"))[0] is Outcome.UNDECIDED


def test_without_an_instrument_there_is_no_price_to_look_at():
    assert read_condition("a close below 580", None) is None


def test_the_first_close_that_meets_it_counts():
    condition = read_condition("a close below 580", "SPY")
    assert came_true(condition, closes("590", "579.99", "570")) == (
        Outcome.YES,
        MONDAY + timedelta(days=1),
    )
    assert came_true(condition, closes("580", "590")) == (Outcome.NO, None)
    assert came_true(condition, closes(None, None)) == (Outcome.UNDECIDED, None)
