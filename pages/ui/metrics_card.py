"""The metrics of a record beside its benchmarks and the account's other records, each with its meaning."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.rules.performance import FEWEST_OBSERVATIONS, SESSIONS_A_YEAR, Performance
from core.rules.statistics.evidence import DEFAULT_RULES
from pages.ui.accounts_data import RecordView, Rival
from pages.ui.card_head import card_head
from pages.ui.format import percent, signed_percent

ENOUGH = (
    f"n/a before {DEFAULT_RULES.weeks} whole weeks and {DEFAULT_RULES.closed_trades} closed trades"
)
NOTE = (
    f"risk-free rate 0, {SESSIONS_A_YEAR} sessions a year, simple daily returns · point at a column's "
    "name for what it means"
)
WORDS = {
    "return": "Total return: last equity / first − 1.",
    "a year": "Mean weekly return × 52, not compounded; whole weeks only.",
    "95 % interval": "Of the return a year: studentised block bootstrap over whole weeks; n/a under 8.",
    "volatility": f"Sample deviation of daily returns × √{SESSIONS_A_YEAR}; n/a under "
    f"{FEWEST_OBSERVATIONS} sessions.",
    "Sharpe": f"Mean / sample deviation of daily returns × √{SESSIONS_A_YEAR}, risk-free rate 0; {ENOUGH}.",
    "Sortino": f"Mean daily return / √mean(min(return, 0)²) × √{SESSIONS_A_YEAR}; {ENOUGH}.",
    "Calmar": f"Yearly compound return / deepest drawdown; {ENOUGH}.",
    "deepest drawdown": "Worst fall from the highest close so far, the start included.",
    "hit rate": "Share of closed round trips with a profit net of costs.",
    "trades": "Closed round trips.",
    "turnover": "|Shares| × price of all fills / mean equity; both sides counted, not per year.",
    "conviction vol.": "Sample deviation of the changes of conviction within weeks.",
    "panic exits": "Exits at a checkpoint without the invalidation being met.",
    "sessions": "Daily returns counted.",
    "covered": "Share of the sessions whose equity (of a benchmark: every price) is known.",
}
RATIOS = ("Sharpe", "Sortino", "Calmar", "turnover", "conviction vol.")


def metrics_card(views: Sequence[tuple[str, RecordView]], chosen: RecordView, basis: str) -> None:
    """``views`` with the name of each record, the chosen one first; its benchmarks below them."""
    tenure = chosen.course.tenure
    card_head("Metrics", NOTE, stream=f"account/{tenure.account_id}")
    rows = [_own(name, view) for name, view in views]
    rows += [_rival(one, chosen) for one in chosen.rivals]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        placeholder="n/a",
        alt="Metrics of the record and its benchmarks",
        column_config={
            "record": st.column_config.TextColumn(pinned=True),
            **{name: st.column_config.TextColumn(help=text) for name, text in WORDS.items()},
            **{
                name: st.column_config.NumberColumn(format="%.2f", help=WORDS[name])
                for name in RATIOS
            },
            **{
                name: st.column_config.NumberColumn(help=WORDS[name])
                for name in ("trades", "panic exits", "sessions")
            },
        },
    )
    st.caption(basis)
    with st.popover("What each metric means", type="tertiary"):
        st.markdown("\n".join(f"- **{name}**: {text}" for name, text in WORDS.items()))


def _own(name: str, view: RecordView) -> dict[str, object]:
    line, did = view.line, view.performance
    interval = line.interval
    known = None if interval is None else interval
    return {
        **_measured(name, did, ratios=line.standing.enough),
        "a year": signed_percent(line.a_year),
        "95 % interval": "n/a"
        if known is None
        else f"{signed_percent(known.low)} to {signed_percent(known.high)}",
        "hit rate": percent(did.hit_rate, 0),
        "trades": did.closed_trades,
        "turnover": did.turnover,
        "conviction vol.": did.conviction_volatility,
        "panic exits": did.panic_exits,
        "covered": percent(view.record.coverage, 0),
    }


def _rival(rival: Rival, beside: RecordView) -> dict[str, object]:
    """A benchmark has no trades to wait for: weeks alone decide about its ratios."""
    enough = not beside.line.standing.weeks_missing
    measured = _measured(rival.name, rival.performance, ratios=enough)
    return {**measured, "covered": percent(rival.coverage, 0)}


def _measured(name: str, did: Performance, *, ratios: bool) -> dict[str, object]:
    return {
        "record": name,
        "return": signed_percent(did.total_return),
        "a year": None,
        "95 % interval": None,
        "volatility": percent(did.volatility),
        "Sharpe": did.sharpe if ratios else None,
        "Sortino": did.sortino if ratios else None,
        "Calmar": did.calmar if ratios else None,
        "deepest drawdown": percent(did.max_drawdown),
        "hit rate": None,
        "trades": None,
        "turnover": None,
        "conviction vol.": None,
        "panic exits": None,
        "sessions": did.observations,
        "covered": None,
    }
