"""Prices of Alpaca over a socket: the contract, live trades, and everything a server can get wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta

import numpy as np
import pytest

from core.clock import FixedClock, at_new_york, iso
from core.errors import BadBars, ConfigError, MarketUnavailable, NoBars, UnknownSymbol
from core.market import PriceKind
from providers.alpaca.market_rest import AlpacaMarketRest
from providers.alpaca.patience import RestPolicy
from providers.alpaca.session import PaperKey
from providers.market.alpaca import AlpacaMarket
from tests.contract.market_data import CALENDAR, TICK, MarketDataContract
from tests.servers.alpaca_faults import HTML, Fault
from tests.servers.alpaca_market import FakeTape
from tests.servers.alpaca_server import KEY_ID, AlpacaServer, alpaca_server

SESSIONS = CALENDAR.sessions(date(2026, 9, 1), date(2026, 11, 20))
SYMBOLS = ("SPY", "TLT")
FRIDAY = date(2026, 11, 20)
OPENED, CLOSED = CALENDAR.session_open(FRIDAY), CALENDAR.session_close(FRIDAY)
LONG_AFTER = at_new_york(date(2026, 12, 24), time(12))
FAST = RestPolicy(
    connect_s=1, read_s=1, deadline_s=5, retries=1, backoff_s=0.01, longest_wait_s=0.02
)


def bars_of(symbol: str, days=SESSIONS) -> list[dict]:
    close = 100 + np.cumsum(np.random.default_rng(len(symbol)).standard_normal(len(days))).round(2)
    return [
        {
            "t": iso(at_new_york(day, time()))[:-8] + ".123456789Z",
            "o": price - 0.25,
            "h": price + 1,
            "l": price - 1,
            "c": price,
            "v": 1_000_000,
        }
        for day, price in zip(days, close.tolist(), strict=True)
    ]


def changed_after(bars: list[dict], as_of: datetime) -> list[dict]:
    """Whatever became known after ``as_of`` is nonsense, and more of it is added; reversed."""
    found = []
    for day, bar in zip(SESSIONS, bars, strict=True):
        changed = dict(bar)
        if CALENDAR.session_open(day) > as_of:
            changed["o"] = "soon"
        if CALENDAR.session_close(day) > as_of:
            changed |= {"h": -3, "l": None, "c": "later", "v": float("inf")}
        found.append(changed)
    return found[::-1]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def served(stack: ExitStack, tape: FakeTape) -> AlpacaServer:
    return stack.enter_context(alpaca_server(tape.routes))


def market_over(server: AlpacaServer, now: datetime = LONG_AFTER, symbols=SYMBOLS) -> AlpacaMarket:
    key = PaperKey(KEY_ID, server.account.secret)
    api = AlpacaMarketRest(key, server.url, FAST)
    return AlpacaMarket(api, CALENDAR, FixedClock(now), symbols)


def whole_tape(**more: object) -> FakeTape:
    return FakeTape({symbol: bars_of(symbol) for symbol in SYMBOLS}, **more)


class TestContract(MarketDataContract):
    @pytest.fixture
    def market(self, stack):
        return market_over(served(stack, whole_tape(page=37)))

    @pytest.fixture
    def symbols(self):
        return SYMBOLS

    @pytest.fixture
    def sessions(self):
        return SESSIONS

    @pytest.fixture
    def altered(self, stack):
        def build(as_of: datetime) -> AlpacaMarket:
            daily = {symbol: changed_after(bars_of(symbol), as_of) for symbol in SYMBOLS}
            return market_over(served(stack, FakeTape(daily, ignores_range=True)))

        return build


def test_all_symbols_are_one_request_and_a_second_question_is_none(stack):
    server = served(stack, whole_tape())
    market = market_over(server)
    bars = market.bars(SYMBOLS, CLOSED, 5)
    market.bars(["TLT"], CLOSED - timedelta(days=3), 20)
    market.quotes(SYMBOLS, CLOSED)
    assert (bars.source, bars.feed, bars.adjusted) == ("alpaca", "alpaca/sip", True)
    [asked] = server.seen
    assert asked.query["adjustment"] == "all"
    assert asked.query["symbols"] == "SPY,TLT"
    assert asked.query["end"] == iso(CLOSED - timedelta(minutes=15))


def test_sip_is_never_asked_for_the_last_quarter_of_an_hour(stack):
    now = CLOSED + timedelta(minutes=16)
    market = market_over(served(stack, whole_tape(now=now)), now)
    assert market.bars(SYMBOLS, now, 3).series["SPY"].days[-1].item() == FRIDAY


def test_bars_of_a_session_that_just_closed_are_not_there_yet(stack):
    now = CLOSED + timedelta(minutes=5)
    market = market_over(served(stack, whole_tape(now=now)), now)
    with pytest.raises(MarketUnavailable, match="15 minutes after"):
        market.bars(SYMBOLS, now, 3)


def live(stack: ExitStack, now: datetime, at: datetime, price: object = 123.45) -> AlpacaMarket:
    trades = {symbol: {"t": iso(at)[:-1] + "999Z", "p": price} for symbol in SYMBOLS}
    minutes = {
        symbol: [{"t": iso(now - timedelta(minutes=ago)), "c": 50 - ago} for ago in (3, 2, 1, 0)]
        for symbol in SYMBOLS
    }
    return market_over(served(stack, whole_tape(trades=trades, minutes=minutes)), now)


def test_while_a_session_runs_the_newest_trade_is_the_price(stack):
    now = OPENED + timedelta(hours=2)
    at = now - timedelta(seconds=3)
    quote = live(stack, now, at).quotes(SYMBOLS, now)["TLT"]
    assert (quote.kind, float(quote.price), quote.known_at) == (PriceKind.TRADE, 123.45, at)
    assert (quote.feed, quote.session) == ("alpaca/iex", FRIDAY)


def test_live_prices_need_no_daily_bars_and_are_one_request_an_instant(stack):
    now = OPENED + timedelta(hours=2)
    trades = {symbol: {"t": iso(now), "p": 99} for symbol in SYMBOLS}
    server = served(stack, FakeTape(trades=trades))
    market = market_over(server, now)
    for symbol in SYMBOLS:
        market.quotes([symbol], now)
    assert [asked.path for asked in server.seen] == ["/v2/stocks/snapshots"]


def test_a_trade_after_as_of_is_not_the_price_but_the_whole_minute_before_is(stack):
    now = OPENED + timedelta(hours=2)
    market = live(stack, now, now - timedelta(seconds=30))
    quote = market.quotes(SYMBOLS, now - timedelta(minutes=1))["SPY"]
    assert (float(quote.price), quote.known_at) == (48, now - timedelta(minutes=1))


def test_just_after_the_close_the_last_trade_of_the_session_stands(stack):
    now = CLOSED + timedelta(minutes=2)
    quote = live(stack, now, CLOSED - TICK).quotes(SYMBOLS, now)["SPY"]
    assert (quote.kind, quote.known_at) == (PriceKind.TRADE, CLOSED - TICK)


def test_a_trade_older_than_the_open_is_just_the_last_close(stack):
    now = OPENED + timedelta(minutes=5)
    quote = live(stack, now, OPENED - timedelta(hours=1)).quotes(SYMBOLS, now)["SPY"]
    assert (quote.kind, quote.session) == (PriceKind.CLOSE, CALENDAR.offset(FRIDAY, -1))


def test_a_trade_of_the_night_is_no_price(stack):
    now = CLOSED + timedelta(hours=3)
    quote = live(stack, now, now - timedelta(minutes=1)).quotes(SYMBOLS, now)["SPY"]
    assert (quote.kind, quote.known_at) == (PriceKind.CLOSE, CLOSED)


def test_a_symbol_that_has_not_traded_today_is_refused_not_passed_off(stack):
    now = OPENED + timedelta(hours=2)
    daily = {symbol: bars_of(symbol)[:-1] for symbol in SYMBOLS}
    market = market_over(served(stack, FakeTape(daily)), now)
    with pytest.raises(NoBars, match="SPY has not traded on 2026-11-20"):
        market.quotes(SYMBOLS, now)


@pytest.mark.parametrize("price", ["12", None, -1, 0, True, 1e12, float("nan")])
def test_an_absurd_trade_is_refused(stack, price):
    now = OPENED + timedelta(hours=2)
    with pytest.raises(BadBars, match="last trade"):
        live(stack, now, now - timedelta(seconds=1), price).quotes(SYMBOLS, now)


@pytest.mark.parametrize("cell", ["one hundred", True, [1], float("inf"), 2e8])
def test_text_or_an_absurd_number_spoils_its_symbol_alone(stack, cell):
    tape = whole_tape()
    tape.daily["SPY"][-5]["c"] = cell
    market = market_over(served(stack, tape))
    with pytest.raises(BadBars, match="SPY 2026-11-16: close"):
        market.bars(["SPY"], CLOSED, 5)
    assert len(market.bars(["TLT"], CLOSED, 5).series["TLT"]) == 5
    before = CALENDAR.session_close(SESSIONS[-6])
    assert len(market.bars(["SPY"], before, 5).series["SPY"]) == 5


def test_a_time_that_is_none_spoils_its_symbol(stack):
    tape = whole_tape(ignores_range=True)
    tape.daily["SPY"][3]["t"] = "2026-09-04T04:00:00Z"
    market = market_over(served(stack, tape))
    tape.daily["SPY"][3]["t"] = 12345
    with pytest.raises(BadBars, match="time of SPY"):
        market.bars(["SPY"], CLOSED, 5)


def test_a_symbol_alpaca_cannot_read_is_unknown_and_the_others_are_served(stack):
    market = market_over(served(stack, whole_tape()), symbols=("SPY", "B@D"))
    with pytest.raises(UnknownSymbol, match="B@D"):
        market.bars(["B@D"], CLOSED, 5)
    assert market.bars(["SPY"], CLOSED, 5)


def test_a_known_symbol_without_bars_is_nobars(stack):
    market = market_over(served(stack, FakeTape({"SPY": bars_of("SPY")})))
    with pytest.raises(NoBars, match="TLT"):
        market.bars(["TLT"], CLOSED, 5)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("GET", "/v2/stocks", None, drop=True), "broke the connection"),
        (Fault("GET", "/v2/stocks", None, status=502, body=HTML), "502"),
        (Fault("GET", "/v2/stocks", None, status=429, headers={"Retry-After": "0"}), "429"),
        (Fault("GET", "/v2/stocks", None, body=HTML), "not JSON"),
        (Fault("GET", "/v2/stocks", None, half=True), "Alpaca"),
        (Fault("GET", "/v2/stocks", None, body=b"[]"), "something else"),
        (Fault("GET", "/v2/stocks", None, body=b'{"bars": [1]}'), "without bars"),
        (Fault("GET", "/v2/stocks", None, body=b'{"bars": {"SPY": 1}}'), "something else"),
        (Fault("GET", "/v2/stocks", None, status=401, body=b'{"message":"forbidden"}'), "401"),
        (Fault("GET", "/v2/stocks", None, status=302), "elsewhere"),
    ],
)
def test_a_failing_server_is_unavailable_in_one_line_without_the_key(stack, fault, reason):
    server = served(stack, whole_tape())
    server.faults.plan(fault)
    with pytest.raises(MarketUnavailable, match=reason) as caught:
        market_over(server).bars(SYMBOLS, CLOSED, 5)
    said = str(caught.value)
    assert "\n" not in said
    assert server.account.secret not in said
    server.faults.clear()


def test_symbol_by_symbol_a_failure_is_not_waited_for_again_but_later_it_is(stack):
    server = served(stack, whole_tape())
    server.faults.plan(Fault("GET", "/v2/stocks", None, status=500))
    clock = FixedClock(LONG_AFTER)
    api = AlpacaMarketRest(PaperKey(KEY_ID, server.account.secret), server.url, FAST)
    market = AlpacaMarket(api, CALENDAR, clock, SYMBOLS)
    for _ in range(5):
        with pytest.raises(MarketUnavailable, match="500"):
            market.bars(["SPY"], CLOSED, 5)
    assert len(server.seen) == 1 + FAST.retries
    server.faults.clear()
    clock.move_to(LONG_AFTER + timedelta(seconds=31))
    assert market.bars(["SPY"], CLOSED, 5)


def test_one_failure_is_asked_again(stack):
    server = served(stack, whole_tape())
    server.faults.plan(Fault("GET", "/v2/stocks", 1, status=503))
    assert market_over(server).bars(SYMBOLS, CLOSED, 5)


def test_another_host_is_refused():
    with pytest.raises(ConfigError, match="evil"):
        AlpacaMarketRest(PaperKey("PK", "s"), "https://evil.example")
