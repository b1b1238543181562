"""The pickers' rules a second time, one symbol after the other in plain pandas: what the fast ones must equal.

Written from the rules, not from the code: nothing of ``core.discovery`` is imported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

RATIOS = np.log([2, 3, 4, 5, 8, 10, 15, 20])


@dataclass(frozen=True)
class Rules:
    """The defaults of config/discovery.yaml, spelled out."""

    volume: float = 1_000_000
    dollars: float = 10_000_000
    price: float = 5
    top: float = 10_000
    beta: float = 3
    missing: int = 2
    gap: int = 10
    threshold: float = 0.3


def plain_measures(
    bars: pd.DataFrame, sessions: Sequence[date], rules: Rules = Rules()
) -> pd.DataFrame:
    """One row a symbol of a long frame ``date, symbol, open, high, low, close, volume``."""
    calendar = pd.DatetimeIndex(list(sessions))
    inside = bars[bars["date"].isin(calendar)]
    spy = inside[inside["symbol"] == "SPY"].set_index("date")["close"].reindex(calendar)
    found = {
        symbol: _one(rows.set_index("date").sort_index(), calendar, spy, rules)
        for symbol, rows in inside.groupby("symbol", observed=True)
    }
    return pd.DataFrame.from_dict(found, orient="index")


def _one(rows: pd.DataFrame, calendar: pd.DatetimeIndex, spy: pd.Series, rules: Rules) -> dict:
    prices = rows[["open", "high", "low", "close"]]
    rows = rows[(rows["close"] >= 0.0001) & ~(prices < 0.0001).any(axis=1)]
    every = rows["close"].reindex(calendar)
    needed = min(20, len(calendar))
    if rows.empty:
        return {"count": 0, "stale": len(calendar)}
    places = pd.Series(calendar.get_indexer(rows.index), index=rows.index)
    steps = places.diff()
    late = steps[steps - 1 > rules.gap]
    gap = int(late.iloc[-1] - 1) if len(late) else 0
    if gap:
        rows = rows.loc[late.index[-1] :]
        places = places.loc[rows.index]
    close, volume = rows["close"].astype(float), rows["volume"].astype(float)
    first = max(int(places.iloc[0]), len(calendar) - 20)
    split = _split(rows)
    money = close * volume
    before = money.iloc[:-1].tail(20)
    enough_before = len(before) >= min(20, len(calendar) - 1)
    clean20 = split is None or split >= 20
    clean50 = split is None or split >= 50
    returns = np.log(close).diff()
    return {
        "count": len(rows),
        "stale": len(calendar) - 1 - int(places.iloc[-1]),
        "missing": len(calendar) - first - int((places >= first).sum()),
        "gap": gap,
        "split": -1 if split is None else split,
        "price": close.iloc[-1],
        "volume_20": volume.tail(needed).mean() if len(rows) >= needed and clean20 else np.nan,
        "dollar_volume_20": money.tail(needed).mean() if len(rows) >= needed else np.nan,
        "relative_volume": money.iloc[-1] / before.mean()
        if enough_before and before.mean() > 0
        else np.nan,
        "rsi_14": _rsi(close) if split is None else np.nan,
        "volatility_20": returns.tail(20).std() * np.sqrt(252)
        if len(close) > 20 and clean20
        else np.nan,
        "distance_sma_20": close.iloc[-1] / close.tail(20).mean() - 1
        if len(close) >= 20 and clean20
        else np.nan,
        "distance_sma_50": close.iloc[-1] / close.tail(50).mean() - 1
        if len(close) >= 50 and clean50
        else np.nan,
        "beta_60": _beta(every, spy) if clean50 else np.nan,
    }


def _split(rows: pd.DataFrame) -> int | None:
    opened = rows["open"].fillna(rows["close"])
    jump = np.log(opened / rows["close"].shift()).abs()
    stayed = np.log(rows["close"] / opened).abs() < 0.15
    if not jump.max() > 0.6:
        return None
    near = pd.concat([(jump - ratio).abs() for ratio in RATIOS], axis=1).min(axis=1) < 0.06
    hits = np.flatnonzero(near & stayed)
    return len(rows) - 1 - int(hits[-1]) if len(hits) else None


def _rsi(close: pd.Series) -> float:
    if len(close) <= 14:
        return np.nan
    moves = close.diff().dropna()
    gains, losses = moves.clip(lower=0), -moves.clip(upper=0)
    gain, loss = gains.iloc[:14].mean(), losses.iloc[:14].mean()
    for up, down in zip(gains.iloc[14:], losses.iloc[14:], strict=True):
        gain, loss = (gain * 13 + up) / 14, (loss * 13 + down) / 14
    return 100 * gain / (gain + loss) if gain + loss > 0 else np.nan


def _beta(close: pd.Series, spy: pd.Series) -> float:
    if len(close) <= 60:
        return np.nan
    mine = close.tail(61).pct_change(fill_method=None).iloc[1:]
    theirs = spy.tail(61).pct_change(fill_method=None).iloc[1:]
    if mine.isna().any() or theirs.isna().any() or theirs.var() == 0:
        return np.nan
    return mine.cov(theirs) / theirs.var()


def plain_screen(
    bars: pd.DataFrame, sessions: Sequence[date], rules: Rules = Rules()
) -> pd.DataFrame:
    """What `plain_measures` says of a window too short for anything but averages; closes alone."""
    days = pd.DatetimeIndex(list(sessions))
    rows = bars[bars["date"].isin(days) & (bars["close"] >= 0.0001)].sort_values(["symbol", "date"])
    rows = rows.assign(money=rows["close"] * rows["volume"], place=days.get_indexer(rows["date"]))
    jump = np.log(rows["close"] / rows.groupby("symbol")["close"].shift()).abs()
    near = pd.concat([(jump - ratio).abs() for ratio in RATIOS], axis=1).min(axis=1) < 0.06
    groups = rows.assign(near=near).groupby("symbol")
    table = groups.agg(
        count=("close", "size"),
        price=("close", "last"),
        volume_20=("volume", "mean"),
        dollar_volume_20=("money", "mean"),
        first=("place", "min"),
        newest=("place", "max"),
        split=("near", "any"),
    )
    table["stale"] = len(days) - 1 - table["newest"]
    table["missing"] = len(days) - table["first"] - table["count"]
    table["beta_60"] = np.nan
    return table.assign(volume_20=table["volume_20"].where(~table["split"]))


def plain_metric(found: pd.DataFrame, needed: int, rules: Rules = Rules()) -> pd.Series:
    """Who passes on a whole tape; spread and market cap are unknown and refuse nobody."""
    passes = (
        (found["stale"] == 0)
        & (found["count"] >= needed)
        & (found["missing"] <= rules.missing)
        & found["price"].between(rules.price, rules.top)
        & (found["volume_20"] >= rules.volume)
        & (found["dollar_volume_20"] >= rules.dollars)
    )
    return passes & ~(found["beta_60"] > rules.beta)


def plain_fuzzy(
    found: pd.DataFrame, sectors: Mapping[str, str], held: Mapping[str, float]
) -> pd.DataFrame:
    """Scores with weights 30/25/35/10 over what is known; ``held`` is equity by sector."""
    table = pd.DataFrame(index=found.index)
    table["liquidity"] = (found["relative_volume"] / 2).clip(0, 1)
    table["volatility"] = (
        _hill(found["rsi_14"], 10, 30, 70, 90) + _hill(found["volatility_20"], 0, 0.15, 0.45, 1)
    ) / 2
    month = _hill(found["distance_sma_20"], -0.10, 0, 0.08, 0.25)
    quarter = _hill(found["distance_sma_50"], -0.10, 0, 0.08, 0.25)
    table["momentum"] = pd.concat([month, quarter], axis=1).mean(axis=1).where(month.notna())
    names = pd.Series({symbol: sectors.get(symbol) for symbol in found.index}, dtype=object)
    table["sector"] = names.map(
        lambda one: np.nan if one is None else 1 - min(held.get(one, 0) / 0.3, 1)
    )
    weights = pd.Series({"liquidity": 0.30, "volatility": 0.25, "momentum": 0.35, "sector": 0.10})
    known = table.notna().mul(weights).sum(axis=1)
    score = table.mul(weights).sum(axis=1) / known.where(known > 0)
    return table.assign(score=score.fillna(0.0), known=known)


def _hill(values: pd.Series, a: float, b: float, c: float, d: float) -> pd.Series:
    return pd.Series(np.interp(values, [a, b, c, d], [0, 1, 1, 0]), values.index).where(
        values.notna()
    )
