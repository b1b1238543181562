"""Numbers have units, instants are New York's, the unknown is called so."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from core.types import Direction, WeekId
from pages.ui import format as shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (shown.dollars(Decimal("1234.5")), "$1,234"),
        (shown.dollars(-12.345, 2), "-$12.35"),
        (shown.signed_dollars(0), "$0"),
        (shown.signed_dollars(5), "+$5"),
        (shown.percent(Decimal("0.5")), "50.0%"),
        (shown.signed_percent(0.0412), "+4.1%"),
        (shown.signed_percent(-0.00001, 2), "+0.00%"),
        (shown.points(-0.013), "-1.3 pp"),
        (shown.conviction(0.0), "0"),
        (shown.conviction(-1.25), "-1.25"),
        (shown.shares(Decimal("1615.00")), "1,615"),
        (shown.shares(Decimal("3.5")), "3.5"),
        (shown.duration(0.086), "86 ms"),
        (shown.duration(4.2), "4.2 s"),
        (shown.duration(1860), "31 min"),
        (shown.week(WeekId("2026-11-18")), "Wed 18 Nov 2026"),
        (shown.trade("HYG", Direction.SHORT), "SHORT HYG"),
        (shown.trade(None, Direction.FLAT), "FLAT"),
        (shown.words("edge_plausibility"), "edge plausibility"),
    ],
)
def test_it_is_written_as_people_read_it(text, expected):
    assert text == expected


def test_the_unknown_is_not_available():
    for write in (shown.dollars, shown.percent, shown.points, shown.number, shown.duration):
        assert write(None) == "n/a"


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 7, 1, 12, tzinfo=UTC), "Wed 1 Jul 2026, 08:00 ET"),
        (datetime(2026, 11, 18, 13, tzinfo=UTC), "Wed 18 Nov 2026, 08:00 ET"),
    ],
)
def test_instants_are_new_york_time_summer_and_winter(instant, expected):
    assert shown.moment(instant) == expected


def test_money_that_rounds_to_nothing_has_no_sign():
    assert shown.dollars(-0.3) == shown.signed_dollars(Decimal("0.4")) == "$0"
    assert shown.signed_dollars(-0.6) == "-$1"
