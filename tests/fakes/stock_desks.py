"""Desks over real US stocks: the council on its ETFs, and the trading cycle on twenty shares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from config.settings import Settings
from core.strategy import EQUITY
from tests.fakes.desks import Bench, bench, on, rules_settings
from tests.fixture_files import fixture_path

BARS = "market/stocks/us_equities_489_daily_2020_2023.parquet"
WATCH = tuple(
    "AAPL MSFT NVDA AMZN JPM XOM JNJ PG KO PEP COST CAT HD UNH CVX MRK TSLA AMD DE LLY".split()
)
SINCE, UNTIL = "2021-06-01", "2022-10-15"
START, END = "2022-08-03", "2022-09-02"


def stock_bars(watch: Sequence[str] = WATCH, until: str = UNTIL) -> pd.DataFrame:
    """The council's universe and the watched shares; skipped where the fixtures are not there."""
    frame = pd.read_parquet(fixture_path(BARS))
    frame["symbol"] = frame["symbol"].astype(str)
    wanted = frame["symbol"].isin([*rules_settings().policy.symbols, *watch])
    days = frame["date"].between(SINCE, until)
    columns = ["date", "symbol", "open", "high", "low", "close", "volume"]
    return frame.loc[wanted & days, columns].reset_index(drop=True)


def folder_of(bars: pd.DataFrame, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    bars.to_parquet(folder / "bars.parquet")
    return folder


def stock_settings(
    folder: Path, *, enabled: bool = True, store: str = "sqlite://", watch: Sequence[str] = WATCH
) -> Settings:
    """The rules profile over these bars, the cycle switched on or off in the file."""
    settings = rules_settings(store, bars=folder)
    strategies = []
    for one in settings.strategies:
        if one.name == EQUITY:
            universe = one.universe.model_copy(update={"watch": tuple(watch)})
            one = one.model_copy(update={"enabled": enabled, "universe": universe})  # noqa: PLW2901
        strategies.append(one)
    return settings.model_copy(update={"strategies": tuple(strategies)})


def stock_bench(folder: Path, at: datetime | None = None, **more: Any) -> Bench:
    chosen = {name: more.pop(name) for name in ("enabled", "watch", "store") if name in more}
    settings = stock_settings(folder, **chosen)
    return bench(settings, at=at or on("2022-08-01", "06:00"), **more)
