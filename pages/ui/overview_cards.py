"""Cards of the overview: leaderboard, this week's decision, the last run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.types import AccountId, Direction
from pages.ui.components import card_title
from pages.ui.format import (
    duration,
    moment,
    trade,
    week,
    words,
)
from pages.ui.key_figures import thinned
from pages.ui.safe import safe
from pages.ui.sentences import decision_sentence, dissents
from storage.leases import Leader
from storage.queries import (
    AccountLabel,
    AccountRole,
    Holding,
    LastRun,
    StageStatus,
    Standing,
    WeekSummary,
)
from storage.queries.schedule import ComingSlot

NOTE = (
    "Total return of adjusted prices; risk-free rate 0, 252 sessions a year; n/a under 20 sessions."
)


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
        "course": thinned(one.curve, 40),
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


def last_run_card(run: LastRun | None, newest: WeekSummary) -> None:
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
    stale = newest.stages_in(StageStatus.STALE)
    if stale:
        st.markdown(f":orange-badge[stale] {safe(', '.join(stale))}: settings changed since")


def scheduler_line(leader: Leader | None, ahead: ComingSlot | None) -> None:
    """Whether anybody works, and what comes next."""
    if leader is None or not leader.alive:
        st.markdown(":orange-badge[nobody leads] Nothing runs until `cli.py up`.")
    elif ahead is None:
        st.markdown(":green-badge[scheduler alive] Nothing is planned.")
    else:
        next_run = f"{safe(words(ahead.job))}, {moment(ahead.at)}"
        st.markdown(f":green-badge[scheduler alive] Next: {next_run}")
    st.page_link("operations.py", label="Operations")
