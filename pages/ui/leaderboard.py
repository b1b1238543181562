"""The leaderboard: what each account earned with its interval, and no rank before there is evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.rules.league import LeagueLine
from core.rules.statistics.evidence import DEFAULT_RULES, Shortfall
from core.types import AccountId, Direction, WeekId
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing
from pages.ui.components import who
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.format import percent, signed_percent, trade
from pages.ui.key_figures import thinned
from pages.ui.overview_charts import return_intervals
from pages.ui.overview_data import Overview, overview
from pages.ui.theme import ACCENT, PEER
from storage.queries import AccountRole, Holding
from storage.queries.records import AccountCourse

NOTE = "95 % interval by block bootstrap over whole weeks; risk-free rate 0, 252 sessions a year"
BASELINE, RANK_PX = "baseline", 84


def leaderboard(state: StoreState, newest: WeekId | None, *, total_return: bool) -> None:
    """Every account's record: the ranked ones first, the others as they sit."""
    seen = overview(state, newest)
    basis = "total return of adjusted prices" if total_return else "price return, no dividends"
    card_head("Leaderboard", f"{NOTE}; {basis}", type="UniverseMarked")
    st.markdown(_evidence(seen))
    _table(seen)
    if any(one.a_year is not None for one in _rivals(seen).values()):
        draw_kept(
            _drawn,
            state,
            newest,
            alt="Return a year of each account with its 95 % interval, in per cent",
        )


def _table(seen: Overview) -> None:
    held = _held(seen.holdings)
    st.dataframe(
        pd.DataFrame(
            [_row(seen.course(key), line, held.get(key, [])) for key, line in seen.lines.items()]
        ),
        hide_index=True,
        placeholder="n/a",
        height="content",
        alt="Leaderboard of the accounts",
        column_config={
            "account": st.column_config.TextColumn(pinned=True),
            "rank": st.column_config.TextColumn(width=RANK_PX),
            "Sharpe": st.column_config.NumberColumn(format="%.2f"),
            "course": st.column_config.LineChartColumn(width="small"),
        },
    )


def _row(course: AccountCourse, line: LeagueLine, held: Sequence[str]) -> dict[str, object]:
    known, record = line.standing.evidence, course.record
    since = f" since {course.since}" if course.since else ""
    falls = record.curve / np.maximum.accumulate(record.curve) - 1
    return {
        "rank": _rank(course, line),
        "account": f"{course.account.shown}{since}",
        "course": thinned(record.curve / record.begin - 1, 40),
        "return": signed_percent(line.total_return),
        "a year": signed_percent(line.a_year),
        "95 % interval": _interval(line),
        "Sharpe": line.sharpe,
        "worst fall": percent(float(falls.min())),
        "weeks": known.weeks,
        "trades": known.closed_trades,
        "covered": percent(known.coverage, 0),
        "holds": ", ".join(held) or "cash",
    }


def _rank(course: AccountCourse, line: LeagueLine) -> str:
    if course.account.role is AccountRole.FLAT:
        return BASELINE
    return "too early" if not line.standing.enough else str(line.rank or "not covered")


def _interval(line: LeagueLine) -> str:
    if line.interval is None:
        return "n/a"
    return f"{signed_percent(line.interval.low)} to {signed_percent(line.interval.high)}"


def _held(holdings: Sequence[Holding]) -> Mapping[AccountId, list[str]]:
    held: dict[AccountId, list[str]] = {}
    for holding in holdings:
        side = Direction.LONG if holding.quantity > 0 else Direction.SHORT
        held.setdefault(holding.account_id, []).append(trade(holding.symbol, side))
    return held


def _drawn(state: StoreState, newest: WeekId | None) -> Drawing:
    return return_intervals(_intervals(overview(state, newest)))


def _rivals(seen: Overview) -> Mapping[AccountId, LeagueLine]:
    """Every line but doing nothing."""
    return {
        key: line
        for key, line in seen.lines.items()
        if seen.course(key).account.role is not AccountRole.FLAT
    }


def _intervals(seen: Overview) -> pd.DataFrame:
    """A row an account with a whole week; doing nothing is the zero line itself."""
    lines = {key: one for key, one in _rivals(seen).items() if one.a_year is not None}
    courses, found = [seen.course(key) for key in lines], list(lines.values())
    council = [one.account.role is AccountRole.COUNCIL for one in courses]
    return pd.DataFrame(
        {
            "account": [one.account.name for one in courses],
            "role": [ACCENT if own else PEER for own in council],
            "year": [_hundred(one.a_year) for one in found],
            "low": [_hundred(one.interval.low if one.interval else None) for one in found],
            "high": [_hundred(one.interval.high if one.interval else None) for one in found],
            "weeks": [one.standing.evidence.weeks for one in found],
        }
    )


def _hundred(fraction: float | None) -> float | None:
    return None if fraction is None else fraction * 100


def _evidence(seen: Overview) -> str:
    """What may be said by now, and what is missing until more may be."""
    rivals = _rivals(seen)
    if not any(line.standing.enough for line in rivals.values()):
        return _too_early(rivals)
    uncovered = [
        f"{who(seen.course(key).account, key)} ({percent(line.standing.evidence.coverage, 0)})"
        for key, line in rivals.items()
        if Shortfall.COVERAGE in line.standing.shortfalls
    ]
    words = "Ranked by return a year. Intervals that overlap do not tell two accounts apart."
    if uncovered:
        least = percent(DEFAULT_RULES.coverage, 0)
        words += f" Not ranked, under {least} of the sessions covered: {', '.join(uncovered)}."
    return f":gray[{words}]"


def _too_early(rivals: Mapping[AccountId, LeagueLine]) -> str:
    known = [line.standing.evidence for line in rivals.values()]
    weeks = max((one.weeks for one in known), default=0)
    trades = max((one.closed_trades for one in known), default=0)
    return (
        f":orange-badge[too early] No rank and no Sharpe ratio before {DEFAULT_RULES.weeks} whole "
        f"weeks and {DEFAULT_RULES.closed_trades} closed trades: so far {weeks} weeks, and {trades} "
        "trades of the busiest account."
    )
