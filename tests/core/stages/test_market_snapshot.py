"""The snapshot: everything known at the run's instant, and a reason for what is not."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

import pytest

from core.errors import BadBars, MarketError, NoBars
from core.keys import MARKET_SNAPSHOT
from core.market import Defect, DefectKind
from core.stages.market_snapshot import MarketSnapshotStage
from tests.fakes.market import FakeMarket
from tests.fakes.week import AS_OF, PRICES, policy, started

LAST = date(2026, 11, 17)


def frozen(market):
    stage = MarketSnapshotStage(market, policy().assets)
    return asyncio.run(stage.run(started()))[MARKET_SNAPSHOT]


def test_every_asset_is_frozen_with_its_indicators():
    market = FakeMarket(PRICES)
    snapshot = frozen(market)
    assert snapshot.symbols == ("SPY", "TLT", "GLD")
    assert snapshot.asset("TLT").price == Decimal(90)
    assert snapshot.asset("TLT").indicators["return_1d"] == pytest.approx(-0.00834, abs=1e-5)
    assert snapshot.asset("SPY").indicators["correlation_spy_60"] == pytest.approx(1)
    assert not snapshot.asset("TLT").shortable
    assert (snapshot.source, snapshot.feed, snapshot.adjusted) == ("fake", "tape", True)


def test_nothing_is_read_later_than_the_run_and_all_at_once():
    market = FakeMarket(PRICES)
    frozen(market)
    assert market.reads == [
        ("bars", ("SPY", "TLT", "GLD"), AS_OF),
        ("quotes", ("SPY", "TLT", "GLD"), AS_OF),
    ]


@pytest.mark.parametrize(
    "error", [NoBars("nothing known of GLD"), BadBars("GLD.csv has text in close")], ids=repr
)
def test_an_asset_that_cannot_be_read_is_absent_with_the_reason(error):
    snapshot = frozen(FakeMarket(PRICES, broken={"GLD": error}))
    assert snapshot.symbols == ("SPY", "TLT")
    assert snapshot.absent == {"GLD": str(error)}


def test_an_unknown_symbol_is_absent_with_the_reason():
    snapshot = frozen(FakeMarket({"SPY": "600"}))
    assert snapshot.symbols == ("SPY",)
    assert snapshot.absent["TLT"] == "unknown symbol TLT in fake prices"


def test_stale_prices_are_no_prices():
    stale = Defect("TLT", DefectKind.STALE, LAST, "the last bar is 2026-11-10")
    snapshot = frozen(FakeMarket(PRICES, defects=[stale]))
    assert snapshot.symbols == ("SPY", "GLD")
    assert snapshot.absent == {"TLT": "stale prices: the last bar is 2026-11-10"}


def test_other_defects_are_named_beside_the_numbers():
    split = Defect("GLD", DefectKind.SUSPECTED_SPLIT, LAST, "close halved overnight")
    snapshot = frozen(FakeMarket(PRICES, defects=[split]))
    assert snapshot.asset("GLD").defects == (
        "suspected_split on 2026-11-17: close halved overnight",
    )
    assert snapshot.asset("SPY").defects == ()


def test_without_the_benchmark_correlation_is_unknown():
    snapshot = frozen(FakeMarket(PRICES, broken={"SPY": NoBars("nothing known of SPY")}))
    assert snapshot.asset("GLD").indicators["correlation_spy_60"] is None


def test_a_market_without_any_price_stops_the_run_in_one_line():
    with pytest.raises(MarketError, match="no asset has a trustworthy price in fake") as caught:
        frozen(FakeMarket({}))
    assert "\n" not in str(caught.value)
    assert "SPY: unknown symbol SPY" in str(caught.value)
