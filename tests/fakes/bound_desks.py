"""Desks at the loopback exchange whose equity strategy trades where the council does, as wired."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from config.settings import Settings, load_settings
from config.wiring import build_desk, open_store
from core.clock import FixedClock, iso
from core.desk.cycles import CycleRequest, Ran, run_cycle
from core.desk.desk import Desk
from core.schemas.cycle import CycleTrigger
from core.types import AccountId, StoreKind
from providers.market.simulated import SimulatedMarket, SimulatedPeriod
from storage.event_store import SqlEventStore
from tests.contract.market_data import CALENDAR
from tests.fakes.desks import on, rules_settings
from tests.fixture_files import ROOT
from tests.servers.alpaca_exchange import FakeAccount, Listing
from tests.servers.alpaca_server import AlpacaServer

ACCOUNT = AccountId("acct_7")
KEY = AccountId("key")
NOON = on("2024-03-06", "11:00")
QUOTES = "/quotes/latest"
WATCHED = "SPY, QQQ, IWM, TLT, IEF, HYG, LQD, GLD"
"""Shares of both strategies: what meets on one key is netted."""
LENIENT = "min_confidence: 0.1\n      min_dollar_volume: 1\n"


@dataclass(frozen=True)
class BoundRoot:
    """A root folder whose settings bind the equity strategy, and the exchange behind it."""

    folder: Path
    server: AlpacaServer

    def settings(self, **more: Any) -> Settings:
        env = {"EMBEDDING_PROVIDER": "hashing", "MARKET_DATA_DIR": "bars"}
        return load_settings(self.folder, env, profile="rules", store="sqlite://", **more)

    def desk(self, store: SqlEventStore | None = None, at: datetime = NOON) -> Desk:
        """A new process: everything from the composition root."""
        settings = self.settings()
        clock = FixedClock(at)
        desk = build_desk(settings, store or open_store(settings), kind=StoreKind.REAL, clock=clock)
        self.server.exchange.now = max(at, self.server.exchange.now)
        self.list_at(desk, at)
        return desk

    def list_at(self, desk: Desk, at: datetime) -> None:
        """The exchange trades everything at the market's price of that instant."""
        names = [asset.symbol for asset in desk.policy.assets]
        quotes = desk.market.quotes(names, at)
        self.server.exchange.listings = {
            name: Listing(name, quote.price) for name, quote in quotes.items()
        }

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.folder / "config" / name
        text = file.read_text()
        assert old in text, old
        file.write_text(text.replace(old, new, 1))

    def paper(self, number: int) -> FakeAccount:
        return self.server.exchange.accounts[f"PK-{number}"]


def bound_root(
    folder: Path,
    server: AlpacaServer,
    own: Iterable[int] = (),
    *,
    broker: str = "desk",
    cash: Decimal = Decimal(100_000),
) -> BoundRoot:
    """Accounts with a key pair of their own are named by number; without any, one pair is shared.

    ``cash`` in USD is what each pair's account holds; the shared one's is the server's.
    """
    ignored = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "config", folder / "config", ignore=ignored)
    lines = [f"APCA_API_BASE_URL={server.url}"]
    for number in own:
        paper = server.exchange.add_account(f"PK-{number}", cash)
        lines.append(f"ALPACA_ACCOUNT_{number}_KEY_ID={paper.key_id}")
        lines.append(f"ALPACA_ACCOUNT_{number}_SECRET_KEY={paper.secret}")
    if not own:
        lines.append(f"APCA_API_KEY_ID={server.account.key_id}")
        lines.append(f"APCA_API_SECRET_KEY={server.account.secret}")
    server.exchange.now = on("2024-03-05", "20:00")
    (folder / ".env").write_text("\n".join(lines) + "\n")
    (folder / "bars").mkdir()
    (folder / "bars" / "bars.parquet").write_bytes(_bars())
    server.routes = lambda path, query: _quotes(server, query) if path.endswith(QUOTES) else None
    made = BoundRoot(folder, server)
    made.edit("connections.yaml", "broker: simulated", "broker: alpaca")
    made.edit("connections.yaml", "market_data: auto", "market_data: [files]")
    made.edit("strategies.yaml", "    broker: simulated", f"    broker: {broker}")
    made.edit("strategies.yaml", "enabled: false", "enabled: true")
    made.edit("strategies.yaml", "watch: []", f"watch: [{WATCHED}]")
    made.edit("strategies.yaml", "min_confidence: 0.55\n", LENIENT)
    made.edit("strategies.yaml", "      min_dollar_volume: 1000000 #", "      #")
    return made


def _quotes(server: AlpacaServer, query: dict[str, str]) -> tuple[int, object]:
    """Bid and ask a cent around the exchange's price, of its present instant."""
    listed, cent = server.exchange.listings, Decimal("0.01")
    found = {
        symbol: {
            "bp": float(listed[symbol].price - cent),
            "ap": float(listed[symbol].price + cent),
            "t": iso(server.exchange.now),
        }
        for symbol in query["symbols"].split(",")
    }
    return 200, {"quotes": found}


@cache
def _bars() -> bytes:
    """Two years of generated prices of the council's universe, as a file of one's own."""
    symbols = rules_settings().policy.symbols
    period = SimulatedPeriod(date(2022, 1, 3), date(2024, 3, 28))
    read = SimulatedMarket(symbols, 7, period, CALENDAR).bars(symbols, on("2024-03-29"), 600)
    frames = []
    for symbol, one in read.series.items():
        columns = {name: getattr(one, name) for name in ("open", "high", "low", "close", "volume")}
        frames.append(pd.DataFrame({"date": one.days, "symbol": symbol, **columns}))
    file = BytesIO()
    pd.concat(frames).to_parquet(file)
    return file.getvalue()


def cycle(desk: Desk, name: str = "test", *, execute: bool = True) -> Ran:
    request = CycleRequest(name, CycleTrigger.MANUAL, execute=execute)
    return asyncio.run(run_cycle(desk, desk.strategies[0], request))
