"""Cards of the accounts page: four figures, the record's course, rolling Sharpe, months, positions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.rules.statistics.evidence import DEFAULT_RULES
from core.types import Direction, StoreKind
from pages.ui.accounts_data import RecordView, exposures
from pages.ui.card_head import card_head
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.figure import figure, figure_card
from pages.ui.format import dollars, percent, shares, signed_dollars, signed_percent, trade
from pages.ui.key_figures import LEAST_SHOWN, thinned
from pages.ui.record_drawings import months, panels, rolling, rolling_points
from storage.queries import DeskFacts, Holding

WINDOWS = {"13 weeks": 63, "26 weeks": 126, "52 weeks": 252}


def figures(view: RecordView) -> None:
    """Four figures of the record with their histories."""
    record, line = view.record, view.line
    falls = record.curve / np.maximum.accumulate(record.curve) - 1
    gross, net = exposures(view.course)
    growth = line.total_return
    stream = f"account/{view.course.tenure.account_id}"
    with st.grid(4, min_column_width=180, gap="small"):
        with figure_card(stream=stream):
            st.metric(
                "Equity",
                dollars(record.curve[-1]),
                signed_percent(growth, 2) if abs(growth) >= LEAST_SHOWN else 0,
                delta_description=f"in {len(record.days)} sessions",
                chart_data=thinned(record.curve),
                chart_type="line",
                help="Cash plus signed positions at the newest close.",
            )
        figure(
            "Return a year",
            signed_percent(line.a_year),
            "no interval under 8 weeks"
            if line.interval is None
            else f"95 %: {signed_percent(line.interval.low)} to {signed_percent(line.interval.high)}",
            "Mean weekly return × 52 with its block-bootstrap interval; whole weeks only: "
            f"{line.standing.evidence.weeks} so far.",
            stream=stream,
        )
        figure(
            "Below the peak",
            percent(float(falls[-1])),
            f"deepest {percent(float(falls.min()))}",
            "From the highest close of this record, its start included.",
            thinned(falls),
            stream=stream,
        )
        figure(
            "Gross exposure",
            percent(float(gross[-1]), 0),
            f"net {signed_percent(float(net[-1]), 0)} of equity",
            "Longs and shorts at the newest close, as a share of equity.",
            thinned(np.nan_to_num(gross)),
            stream=stream,
        )


def record_card(state: StoreState, view: RecordView, name: str, basis: str) -> None:
    """Equity with its benchmarks, drawdown and exposure under it."""
    named = " and ".join(f"{one.name} ({_dash(place)})" for place, one in enumerate(view.rivals))
    note = f"in grey {named}, from the same money at the first session's open" if named else basis
    tenure = view.course.tenure
    card_head("Equity, drawdown, exposure", note, stream=f"account/{tenure.account_id}")
    draw_kept(
        panels,
        state,
        tenure,
        alt=f"Equity of {name} with its benchmarks, drawdown and exposure at each close",
    )
    if not view.rivals:
        st.caption(
            "No benchmark: the first session of this record has no price of SPY. Put SPY and a bond "
            "fund (AGG or TLT) into `config/assets.yaml`."
        )


def _dash(place: int) -> str:
    return ("solid", "dashed", "dotted")[min(place, 2)]


def is_total_return(facts: DeskFacts | None, adjusted: bool | None) -> bool:
    """Whether returns hold dividends: past sessions on adjusted bars do, days as they came do not."""
    return bool(adjusted) and not (facts is not None and facts.kind is StoreKind.REAL)


def basis_of(facts: DeskFacts | None, adjusted: bool | None) -> str:
    """What a return on this page contains, of accounts and benchmarks alike."""
    if facts is not None and facts.kind is StoreKind.REAL:
        return (
            "Price return: accounts and benchmarks stand at each session's price as it was recorded "
            "that day; dividends are in neither. Benchmarks pay no costs."
        )
    if is_total_return(facts, adjusted):
        return (
            "Total return: prices are adjusted, so dividends are in accounts and benchmarks alike. "
            "Benchmarks pay no costs."
        )
    return "Price return: prices are not adjusted, dividends are not in them."


def rolling_card(state: StoreState, view: RecordView) -> None:
    """The Sharpe ratio over a moving window; words while there is too little to say."""
    tenure = view.course.tenure
    card_head(
        "Rolling Sharpe ratio",
        "risk-free rate 0, 252 sessions a year",
        stream=f"account/{tenure.account_id}",
    )
    chosen = st.segmented_control(
        "Window",
        list(WINDOWS),
        default="26 weeks",
        key="window",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    window, standing = WINDOWS[chosen or "26 weeks"], view.line.standing
    if not standing.enough:
        st.markdown(
            f":gray[n/a: no Sharpe ratio before {DEFAULT_RULES.weeks} whole weeks and "
            f"{DEFAULT_RULES.closed_trades} closed trades; so far {standing.evidence.weeks} and "
            f"{standing.evidence.closed_trades}.]"
        )
    elif rolling_points(state, tenure, window)["sharpe"].notna().sum() < 2:
        known = len(view.record.days)
        st.markdown(f":gray[n/a: the window needs more than {window} sessions, there are {known}.]")
    else:
        words = f"Sharpe ratio over {chosen}, at each close"
        draw_kept(rolling, state, tenure, window, alt=words)


def months_card(state: StoreState, view: RecordView) -> None:
    """Every month's return, years at the right."""
    tenure = view.course.tenure
    card_head(
        "Returns by month",
        "per cent; blue gains, orange losses; the year at the right",
        stream=f"account/{tenure.account_id}",
    )
    if not (view.record.curve > 0).all():
        st.markdown(":gray[n/a: equity was not always positive.]")
        return
    draw_kept(months, state, tenure, alt="Return of each month and year")


def positions_card(holdings: Sequence[Holding], equity: float, account: str) -> None:
    """What the account holds now."""
    card_head(
        "Positions", "at the newest mark, before the costs of leaving", stream=f"account/{account}"
    )
    if not holdings:
        st.markdown(":gray[Nothing: all in cash.]")
        return
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "position": trade(
                        one.symbol, Direction.LONG if one.quantity > 0 else Direction.SHORT
                    ),
                    "shares": shares(abs(one.quantity)),
                    "average cost": dollars(one.average_cost, 2),
                    "price": dollars(one.price, 2),
                    "marked in": one.marked_in or "n/a",
                    "value": dollars(one.value),
                    "of equity": "n/a"
                    if one.value is None
                    else percent(float(one.value) / equity, 0),
                    "unrealised P/L": signed_dollars(one.unrealised),
                }
                for one in holdings
            ]
        ),
        hide_index=True,
        height="content",
        alt="Open positions of the account",
    )
