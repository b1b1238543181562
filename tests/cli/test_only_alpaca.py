"""A new user with nothing but one pair of Alpaca paper keys: a running week, and what is on fallback."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from config.settings import load_settings
from config.wiring import build_desk, calendar, open_store
from core.clock import FixedClock, at_new_york, iso
from core.desk.weekly import run_week
from core.types import WeekId
from providers.market.simulated import SimulatedMarket, SimulatedPeriod
from tests.servers.alpaca_exchange import Listing
from tests.servers.alpaca_market import FakeTape
from tests.servers.alpaca_server import alpaca_server

WEEK, EIGHT = WeekId("2024-03-06"), at_new_york(date(2024, 3, 6), time(8))


def tape_of(symbols: tuple[str, ...], now: datetime) -> FakeTape:
    """Daily bars of generated prices up to now, as Alpaca writes them."""
    period = SimulatedPeriod(date(now.year - 3, 1, 3), date(now.year, 12, 31))
    bars = SimulatedMarket(symbols, 7, period, calendar()).bars(symbols, now, 500)
    daily = {
        symbol: [
            {
                "t": iso(at_new_york(day.astype("datetime64[D]").item(), time(0))),
                "o": float(one.open[n]),
                "h": float(one.high[n]),
                "l": float(one.low[n]),
                "c": float(one.close[n]),
                "v": 1_000_000,
            }
            for n, day in enumerate(one.days)
        ]
        for symbol, one in bars.series.items()
    }
    return FakeTape(daily)


@pytest.fixture
def exchange(root):
    """The desk's paper account on loopback, with one key pair in `.env`."""
    settings = load_settings(root, {}, profile="rules")
    tape = tape_of(settings.policy.symbols, EIGHT)
    with alpaca_server(tape.routes) as server:
        server.exchange.now = EIGHT
        server.account.cash = Decimal(700_000)
        closes = {symbol: bars[-1]["c"] for symbol, bars in tape.daily.items()}
        server.exchange.listings = {
            symbol: Listing(symbol, Decimal(str(close))) for symbol, close in closes.items()
        }
        (root / ".env").write_text(
            f"APCA_API_KEY_ID={server.account.key_id}\n"
            f"APCA_API_SECRET_KEY={server.account.secret}\nAPCA_API_BASE_URL={server.url}\n"
        )
        connections = root / "config" / "connections.yaml"
        text = connections.read_text()
        connections.write_text(text.replace("broker: simulated", "broker: alpaca"))
        yield server


def lived(root, store):
    """The week as the scheduler would run it on that Wednesday morning."""
    settings = load_settings(root, {}, profile="rules", store=f"sqlite:///{store}")
    opened = open_store(settings)
    desk = build_desk(settings, opened, clock=FixedClock(EIGHT))
    return opened, desk, asyncio.run(run_week(desk, WEEK))


def test_one_paper_key_is_a_running_week(council, exchange, root, tmp_path):
    store = tmp_path / "mine.db"
    checked = council("doctor", "--live", "--profile", "rules", "--store", store)
    assert "equity $700,000.00" in checked.out
    opened, desk, done = lived(root, store)
    assert (done.completed, desk.broker_name, desk.market.source) == (True, "alpaca", "alpaca")
    sent = [order.client_order_id for order in exchange.account.orders]
    assert sent
    assert len(sent) == len(set(sent))
    assert all(one.startswith("net-") for one in sent)
    opened.close()
    _, _, again = lived(root, store)
    assert again.already_done
    assert [order.client_order_id for order in exchange.account.orders] == sent
    assert exchange.account.secret not in checked.out


def test_orders_at_a_real_exchange_are_never_sized_by_generated_prices(council, exchange, root):
    connections = root / "config" / "connections.yaml"
    text = connections.read_text().replace("market_data: auto", "market_data: [simulated]")
    connections.write_text(text)
    council("run_weekly", "--profile", "rules").check_refused("alpaca needs real prices")
    assert exchange.posts() == []


def test_broker_and_ledger_are_compared_on_demand(council, exchange, root, tmp_path):
    store = tmp_path / "mine.db"
    opened, _, _ = lived(root, store)
    opened.close()
    agreed = council("reconcile", "--profile", "rules", "--store", store)
    assert "key: broker and ledger agree" in agreed.out
    exchange.account.cash += Decimal("12.34")
    wrong = council("reconcile", "--profile", "rules", "--store", store)
    assert wrong.code == 1
    assert "key is blocked" in wrong.out
    assert "broker 700012.34" in wrong.out
    council("reconcile", "--accept", "key", "--store", store).check_refused("--reason")
    taken = council("reconcile", "--accept", "key", "--reason", "interest", "--store", store)
    assert taken.code == 0
    assert "$12.34 accepted" in taken.out


def test_a_desk_on_the_simulated_broker_has_nothing_to_reconcile(council, tmp_path):
    council("reconcile", "--profile", "rules", "--store", tmp_path / "s.db").check_refused(
        "nothing to reconcile"
    )


def test_doctor_says_when_one_key_is_too_small_for_six_accounts(council, exchange, root, tmp_path):
    exchange.account.cash = Decimal(100_000)
    said = council("doctor", "--live", "--profile", "rules", "--store", tmp_path / "s.db", "--json")
    assert "set risk.starting_cash to 16666 or less" in said.out
