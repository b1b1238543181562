"""Two configurations over past sessions of a desk: as each day was known, recorded once, never invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from config.wiring import calendar
from core.desk.comparing_pickers import (
    NamedSettings,
    compare_pickers,
    record_comparison,
    sessions_over,
)
from core.desk.watching import comparisons_stream
from core.discovery.settings import DiscoverySettings, MetricFilters
from core.errors import BadInput, NoBars
from core.schemas.suggestion import Picker
from core.strategy import EQUITY
from core.types import StoreKind
from storage.queries import StoreReader
from storage.queries.comparisons import comparisons
from tests.core.desk.test_discovering import AT, Whole, discovery, market
from tests.fakes.desks import Bench, bench, on, rules_settings

USUAL = NamedSettings("usual.yaml", DiscoverySettings(enabled=(Picker.METRIC, Picker.FUZZY)))
DEAR = NamedSettings(
    "dear.yaml", DiscoverySettings(enabled=(Picker.METRIC,), metric=MetricFilters(min_price=70))
)
SESSIONS = 12


@pytest.fixture
def desk() -> Bench:
    return bench(rules_settings(), at=AT, kind=StoreKind.DEMO)


def compare(desk: Bench, whole: Whole | None = None, sessions=None):
    days = sessions if sessions is not None else sessions_over(calendar(), AT, SESSIONS)
    return compare_pickers(desk.desk, discovery(desk, whole), (USUAL, DEAR), days)


def test_the_newest_sessions_are_those_whose_returns_are_known():
    days = sessions_over(calendar(), on("2026-11-20", "09:00"), 3)
    assert days == [date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 12)]
    assert sessions_over(calendar(), on("2026-11-20", "16:00"), 1) == [date(2026, 11, 13)]


def test_every_day_is_looked_at_as_its_first_round_would_have_been(desk):
    whole = market()
    found = compare(desk, whole).comparison
    assert (found.days, found.left_out, found.horizon) == (SESSIONS, 0, 5)
    assert found.last_day == date(2026, 11, 11)  # seen on the 12th, whose own close was not known
    assert (found.first.name, found.second.name) == ("usual.yaml", "dear.yaml")
    assert found.first.suggested > found.second.suggested > 0
    assert whole.reads == SESSIONS + 1
    assert "Too early to tell: 12 days" in found.verdict


def test_what_comes_later_changes_returns_and_never_what_is_suggested(desk):
    before = compare(desk).comparison
    whole = market()
    for name, held in whole.held.items():
        later = held.days.astype(object) > date(2026, 11, 12)
        close = held.close.copy()
        close[later] *= 2
        whole.held[name] = replace(held, close=close)
    after = compare(desk, whole).comparison
    assert (after.first.suggested, after.second.suggested, after.shared) == (
        before.first.suggested,
        before.second.suggested,
        before.shared,
    )
    assert after.first.mean.value > before.first.mean.value


class NoListing(Whole):
    """Nobody kept a listing before the fifth."""

    def universe(self, as_of):
        if as_of < on("2026-11-05"):
            raise NoBars("no listing is known of that time")
        return super().universe(as_of)


def test_days_of_which_nothing_is_known_are_left_out_and_counted(desk):
    found = compare(desk, NoListing(market().held)).comparison
    assert (found.days, found.left_out) == (6, 6)
    with pytest.raises(BadInput, match="no session lies in this range"):
        compare(desk, sessions=[])


def test_it_is_recorded_once_and_read_newest_first(desk):
    found = compare(desk)
    assert not desk.rows(comparisons_stream(EQUITY))  # asking writes nothing
    assert record_comparison(desk.store, found)
    assert not record_comparison(desk.store, compare(desk))
    other = compare(desk, sessions=sessions_over(calendar(), AT, 3))
    assert record_comparison(desk.store, other)
    reader = StoreReader(desk.store.engine)
    assert [one.comparison for one in comparisons(reader, EQUITY)] == [
        other.comparison,
        found.comparison,
    ]
    assert comparisons(reader, "nobody") == ()
