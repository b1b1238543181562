"""Cards of the overview: key figures, leaderboard, this week's decision, the last run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.market import Floats
from core.types import AccountId, Direction
from pages.ui.components import card_title
from pages.ui.format import (
    dollars,
    duration,
    moment,
    percent,
    points,
    signed_percent,
    trade,
    week,
)
from pages.ui.safe import safe
from pages.ui.sentences import decision_sentence, dissents
from storage.queries import (
    AccountLabel,
    AccountRole,
    CouncilStanding,
    Holding,
    LastRun,
    StageStatus,
    Standing,
    WeekSummary,
)

A_WEEK = 5
LEAST_SHOWN = 0.0005
NOTE = (
    "Total return of adjusted prices; risk-free rate 0, 252 sessions a year; n/a under 20 sessions."
)


def kpi_row(council: CouncilStanding | None, standings: Sequence[Standing]) -> None:
    """Four figures of the council, each with its change over five sessions and its history."""
    if council is None:
        st.info("The council and its members have no common sessions yet: key figures follow.")
        return
    own = council.council
    comparison = council.comparison
    best = next((one for one in standings if one.account.account_id == comparison.best), None)
    with st.grid(4, min_column_width=210, gap="small"):
        growth = _growth(own.curve)
        _figure(("Council equity", dollars(own.equity)), growth, signed_percent(growth), own.curve)
        _against("Against the mean PM", own.curve, council.mean)
        if best is not None:
            _against(f"Against the best PM, {safe(best.account.name)}", own.curve, best.curve)
        fall = own.curve / np.maximum.accumulate(own.curve) - 1
        mean = comparison.against_mean
        _figure(
            ("Deepest drawdown", percent(own.performance.max_drawdown)),
            float(fall[-1]),
            percent(float(fall[-1])),
            fall,
            ("now, from the peak", _reduction(mean.drawdown_reduction if mean else None)),
        )


def _reduction(value: float | None) -> str:
    if value is None:
        return "Fall from the highest equity so far."
    word = "shallower" if value >= 0 else "deeper"
    return (
        f"Fall from the highest equity so far; {percent(abs(value), 0)} {word} than the mean PM's."
    )


def _against(label: str, own: Floats, other: Floats) -> None:
    """The difference of two total returns, in percentage points."""
    ahead = own / own[0] - other / other[0]
    change = float(ahead[-1] - ahead[-1 - _span(ahead)])
    _figure((label, points(float(ahead[-1]))), change, points(change), ahead)


def _figure(
    head: tuple[str, str],
    change: float,
    shown: str,
    history: Floats,
    notes: tuple[str, str | None] = ("in 5 sessions", None),
) -> None:
    """``head`` is label and value; a change that rounds to nothing has no sign and no colour."""
    label, value = head
    description, explanation = notes
    st.metric(
        label,
        value,
        shown if abs(change) >= LEAST_SHOWN else 0,
        delta_description=description,
        border=True,
        height="stretch",
        chart_data=_thinned(history),
        chart_type="line",
        help=explanation,
    )


def _span(values: Floats) -> int:
    return min(A_WEEK, len(values) - 1)


def _growth(curve: Floats) -> float:
    return float(curve[-1] / curve[-1 - _span(curve)] - 1)


def _thinned(values: Floats, most: int = 60) -> list[float]:
    """At most so many values, evenly taken, the last one always there."""
    places = np.linspace(0, len(values) - 1, min(most, len(values))).round().astype(int)
    return [float(value) for value in values[places]]


def leaderboard(standings: Sequence[Standing], holdings: Sequence[Holding]) -> None:
    """Every account's record, best total return first."""
    card_title("Leaderboard", NOTE)
    held: dict[AccountId, list[str]] = {}
    for holding in holdings:
        side = Direction.LONG if holding.quantity > 0 else Direction.SHORT
        held.setdefault(holding.account_id, []).append(trade(holding.symbol, side))
    percents = ("volatility", "worst fall", "hit rate")
    least = min(float(one.curve.min()) for one in standings)
    most = max(float(one.curve.max()) for one in standings)
    ratios = ("Sharpe", "Sortino", "Calmar", "turnover", "conviction vol.")
    st.dataframe(
        pd.DataFrame([_line(one, held) for one in standings]),
        hide_index=True,
        placeholder="n/a",
        height="content",
        alt="Leaderboard of the accounts",
        column_config={
            **{name: st.column_config.NumberColumn(format="%.1f %%") for name in percents},
            **{name: st.column_config.NumberColumn(format="%.2f") for name in ratios},
            "account": st.column_config.TextColumn(pinned=True),
            "return": st.column_config.NumberColumn(format="%+.1f %%"),
            "equity": st.column_config.NumberColumn("equity, $", format="localized"),
            "course": st.column_config.LineChartColumn(width="small", y_min=least, y_max=most),
        },
    )


def _line(one: Standing, held: Mapping[AccountId, list[str]]) -> dict[str, object]:
    did = one.performance
    since = f" since {one.since}" if one.since else ""
    return {
        "account": f"{one.account.shown}{since}",
        "course": _thinned(one.curve, 40),
        "equity": round(one.equity),
        "return": _hundred(did.total_return),
        "worst fall": _hundred(did.max_drawdown),
        "volatility": _hundred(did.volatility),
        "Sharpe": did.sharpe,
        "Sortino": did.sortino,
        "Calmar": did.calmar,
        "hit rate": _hundred(did.hit_rate),
        "trades": did.closed_trades,
        "turnover": did.turnover,
        "conviction vol.": did.conviction_volatility,
        "panic exits": did.panic_exits,
        "holds": ", ".join(held.get(one.account.account_id, [])) or "cash",
    }


def _hundred(fraction: float | None) -> float | None:
    return None if fraction is None else fraction * 100


def decision_card(summary: WeekSummary, labels: Mapping[AccountId, AccountLabel]) -> None:
    """The week in one sentence, with how many pitches it rests on and who disagreed."""
    card_title(f"Decision, week of {week(summary.week_id)}")
    st.markdown(decision_sentence(summary))
    with st.container(horizontal=True, gap="small"):
        st.badge(f"{summary.received} pitches", color="orange" if summary.abstained else "gray")
        if summary.decision is not None:
            st.badge(dissents(summary.decision.dissents), color="gray")
    council = next((one for one in labels.values() if one.role is AccountRole.COUNCIL), None)
    if council is not None and council.is_rules:
        st.caption("Decided by rules: no language model spoke.")
    st.page_link("week.py", label="Read the whole week", query_params={"week": summary.week_id})


def last_run_card(run: LastRun | None, weeks: Sequence[WeekSummary]) -> None:
    """How the newest run went."""
    card_title("Last run")
    if run is None:
        st.markdown("No run has been started.")
        return
    kind = "official run" if run.official else "what-if"
    st.markdown(
        f"Week of {week(run.week_id)}, {kind}: **{run.status}**  \n"
        f":gray[as of {moment(run.as_of)} · took {duration(run.seconds)}]"
    )
    if run.problem:
        st.markdown(f":orange-badge[failed] {safe(run.problem)}")
    stale = weeks[0].stages_in(StageStatus.STALE) if weeks else ()
    if stale:
        st.markdown(f":orange-badge[stale] {safe(', '.join(stale))}: settings changed since")
    closed = sum(one.closed for one in weeks)
    st.caption(f"{len(weeks)} weeks run, {closed} of them closed")
