"""One record as frames for its charts, thinned to what a screen can show."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.market import Days
from core.rules.performance import daily_returns
from core.rules.rolling import monthly_returns, rolling_sharpe, yearly_returns
from pages.ui.accounts_charts import MONTHS
from pages.ui.accounts_data import RecordView, exposures
from pages.ui.key_figures import places

MOST_POINTS = 260


def own_frame(view: RecordView) -> pd.DataFrame:
    """Columns as of ``accounts_charts.record_panels``; the lowest and the highest equity always there."""
    record = view.record
    peaks = np.maximum.accumulate(record.curve)[1:]
    gross, net = exposures(view.course)
    frame = pd.DataFrame(
        {
            "at": _when(record.days),
            "equity": record.equity,
            "drawdown": record.equity / peaks - 1,
            "gross": gross,
            "net": net,
        }
    )
    ends = [int(np.argmin(record.equity)), int(np.argmax(record.equity))]
    deepest = int(np.argmin(frame["drawdown"]))
    return frame.iloc[np.union1d(places(len(frame), MOST_POINTS), [*ends, deepest])]


def rival_frame(view: RecordView) -> pd.DataFrame:
    """Columns ``at, who, equity`` of every benchmark; no rows where there is none."""
    chosen = places(len(view.record.days), MOST_POINTS)
    frames = [
        pd.DataFrame(
            {"at": _when(view.record.days), "who": one.name, "equity": one.curve[1:]}
        ).iloc[chosen]
        for one in view.rivals
    ]
    empty = pd.DataFrame({"at": pd.to_datetime([]), "who": [], "equity": []})
    return pd.concat(frames or [empty]).round({"equity": 0})


def rolling_frame(view: RecordView, window: int) -> pd.DataFrame:
    """Columns ``at, sharpe``; no rows before there are ``window`` daily returns."""
    returns = daily_returns(view.record.curve)
    ratios = np.empty(0) if returns is None else rolling_sharpe(returns, window)
    days = view.record.days[len(view.record.days) - len(ratios) :]
    frame = pd.DataFrame({"at": _when(days), "sharpe": ratios})
    return frame.iloc[places(len(frame), MOST_POINTS)] if len(frame) else frame


def month_frame(view: RecordView) -> pd.DataFrame:
    """Columns ``year, month, value, part``: every month and, in the last column, every year."""
    record = view.record
    months = record.days.astype("datetime64[M]").astype(np.int64)
    counted = pd.Series(months).groupby(months).size()
    rows = [
        (str(year), MONTHS[month - 1], value, int(counted[(year - 1970) * 12 + month - 1]))
        for (year, month), value in monthly_returns(record.days, record.curve).items()
    ]
    years = pd.Series(months // 12 + 1970).value_counts()
    rows += [
        (str(year), MONTHS[-1], value, int(years[year]))
        for year, value in yearly_returns(record.days, record.curve).items()
    ]
    return pd.DataFrame(rows, columns=["year", "month", "value", "part"])


def _when(days: Days) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(days.astype("datetime64[ns]"))
