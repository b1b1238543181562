"""Listings over real sockets, kept a file a day, and never later than the day asked about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.clock import FixedClock
from core.discovery.ports import Universe
from core.errors import MarketUnavailable, NoBars
from providers.market.quoted_spreads import QuotedSpreads
from providers.market.universe import AlpacaUniverse, KeptUniverse, listed
from tests.providers.alpaca.rest_client import client_on
from tests.servers.alpaca_server import alpaca_server

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def row(symbol: str, **changes: object) -> dict[str, object]:
    """An asset as ``GET /v2/assets`` lists it."""
    asset = {
        "id": "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415",
        "class": "us_equity",
        "exchange": "NASDAQ",
        "symbol": symbol,
        "name": f"{symbol} Inc. Common Stock",
        "status": "active",
        "tradable": True,
        "marginable": True,
        "shortable": True,
        "easy_to_borrow": True,
        "fractionable": True,
        "maintenance_margin_requirement": 30,
        "margin_requirement_long": "30",
        "margin_requirement_short": "30",
        "attributes": ["has_options"],
    }
    return {**asset, **changes}


ROWS = [
    row("NVDA"),
    row("BRK.B", exchange="NYSE"),
    row("GONE", status="inactive"),
    row("HALT", tradable=False),
    row("PINK", exchange="OTC"),
    row("BTC/USD", **{"class": "crypto"}),
    row("BAC.PRL/X"),
    row("AACBR-WT"),
]


def test_only_what_an_exchange_lists_and_alpaca_trades_is_in_the_universe():
    universe = listed(ROWS, TODAY)
    assert universe.symbols == ("BRK.B", "NVDA")
    assert universe.left_out == {
        "a unit, right or preferred share": 2,
        "not a US share": 1,
        "not active": 1,
        "not tradable": 1,
        "over the counter": 1,
    }


def test_over_a_real_socket_the_listing_is_asked_for_active_us_shares():
    with alpaca_server(lambda path, _: (200, ROWS) if path == "/v2/assets" else None) as server:
        universe = AlpacaUniverse(client_on(server), FixedClock(NOW)).universe(NOW)
    assert universe.symbols == ("BRK.B", "NVDA")
    assert server.seen[0].query == {"status": "active", "asset_class": "us_equity"}


def test_no_answer_and_an_empty_one_are_no_universe():
    with alpaca_server(lambda path, _: (500, {"message": "down"})) as server:
        source = AlpacaUniverse(client_on(server), FixedClock(NOW))
        with pytest.raises(MarketUnavailable, match="the universe: "):
            source.universe(NOW)
    with pytest.raises(MarketUnavailable, match="no tradable share among 1"):
        listed([row("GONE", status="inactive")], TODAY)


def test_todays_listing_says_nothing_of_a_day_that_is_over():
    source = AlpacaUniverse(Listing("A"), FixedClock(NOW))
    with pytest.raises(NoBars, match="what Alpaca listed on 2026-11-18 is not known today"):
        source.universe(NOW - timedelta(days=2))


class Listing:
    """Lists ``symbols`` as of its clock's day, or fails; counts how often it was asked."""

    def __init__(self, *symbols: str, clock: FixedClock | None = None) -> None:
        self.symbols, self.clock, self.asked, self.down = symbols, clock, 0, False

    def universe(self, as_of: datetime) -> Universe:
        self.asked += 1
        if self.down:
            raise MarketUnavailable("no answer")
        return Universe(self.symbols, self.clock.now().date(), "alpaca", {"not tradable": 2})

    def assets(self):
        return [row(symbol) for symbol in self.symbols]


def test_a_listing_is_fetched_once_a_day_and_the_past_reads_what_was_kept_then(tmp_path):
    clock = FixedClock(NOW)
    inner = Listing("AAA", clock=clock)
    kept = KeptUniverse(inner, tmp_path / "universe", clock)
    first = kept.universe(NOW)
    assert kept.universe(NOW + timedelta(hours=4)) == first
    assert inner.asked == 1
    clock.move_to(NOW + timedelta(days=3))
    inner.symbols = ("AAA", "NEW")
    assert kept.universe(clock.now()).symbols == ("AAA", "NEW")
    assert kept.universe(NOW + timedelta(days=1)) == first
    with pytest.raises(NoBars, match="no listing of the universe is kept from 2026-11-17"):
        kept.universe(NOW - timedelta(days=3))


def test_without_an_answer_the_last_listing_stands_under_its_own_day(tmp_path):
    clock = FixedClock(NOW)
    inner = Listing("AAA", clock=clock)
    kept = KeptUniverse(inner, tmp_path, clock)
    kept.universe(NOW)
    clock.move_to(NOW + timedelta(days=1))
    inner.down = True
    assert kept.universe(clock.now()).day == TODAY
    empty = KeptUniverse(inner, tmp_path / "none", clock)
    with pytest.raises(MarketUnavailable):
        empty.universe(clock.now())


def test_a_kept_file_that_is_torn_is_named(tmp_path):
    clock = FixedClock(NOW)
    kept = KeptUniverse(Listing("AAA", clock=clock), tmp_path, clock)
    (tmp_path / "universe-2026-11-20.json").write_text('{"day": "2026-')
    with pytest.raises(NoBars, match=r"universe-2026-11-20\.json cannot be read: remove it"):
        kept.universe(NOW)


class Quotes:
    def __init__(self, rows) -> None:
        self.rows, self.asked = rows, 0

    def latest_quotes(self, symbols, feed):
        self.asked += 1
        return {symbol: self.rows[symbol] for symbol in symbols if symbol in self.rows}


def test_a_spread_is_known_from_a_young_two_sided_quote_alone():
    young, old = "2026-11-20T14:59:58.123456789Z", "2026-11-20T13:00:00Z"
    quotes = Quotes(
        {
            "GOOD": {"t": young, "bp": 99.0, "ap": 101.0},
            "ONE": {"t": young, "bp": 0, "ap": 101.0},
            "CROSS": {"t": young, "bp": 102.0, "ap": 101.0},
            "OLD": {"t": old, "bp": 99.0, "ap": 101.0},
            "TIME": {"t": "?", "bp": 99.0, "ap": 101.0},
            "TEXT": {"t": young, "bp": "99", "ap": 101.0},
        }
    )
    spreads = QuotedSpreads(quotes, FixedClock(NOW))
    found = spreads.facts([*quotes.rows, "NONE"], NOW)
    assert {symbol: facts.spread for symbol, facts in found.items()} == {
        "GOOD": pytest.approx(0.02)
    }
    assert spreads.facts(["GOOD"], NOW - timedelta(hours=1)) == {}
    assert quotes.asked == 1
