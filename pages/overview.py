"""Overview: how the council stands against its members, and what it decided this week."""

from __future__ import annotations

import streamlit as st

from pages.ui import data
from pages.ui.charts import equity_lines
from pages.ui.components import card_title, empty_desk, heading
from pages.ui.format import day
from pages.ui.overview_cards import decision_card, kpi_row, last_run_card, leaderboard
from pages.ui.safe import safe

state = data.now()
labels, weeks = data.labels(state), data.weeks(state)
seen = data.overview(state)

if not weeks or seen.equity.empty:
    heading(
        "Overview", "How the council stands against its members, simple rules and doing nothing."
    )
    if weeks:
        decision_card(weeks[0], labels)
        st.info("No session has been marked since: equity appears after the next close.")
    else:
        empty_desk()
    st.stop()

first, last = seen.equity["session"].min(), seen.equity["session"].max()
heading(
    "Overview",
    f"{len(labels)} paper accounts from {day(first)} to the close of {day(last)} · "
    f"{seen.equity['session'].nunique()} sessions",
)
kpi_row(seen.council, seen.standings)

names = {key: label.name for key, label in labels.items()}
left, right = st.columns([3, 2])
with left.container(border=True, height="stretch"):
    council = seen.council.council.account.account_id if seen.council else next(iter(names))
    card_title("Equity", "cash plus positions at each close, $")
    chosen = st.segmented_control(
        "Account in colour",
        list(names),
        format_func=lambda key: safe(names[key]),
        default=council,
        required=True,
        key="account",
        bind="query-params",
        label_visibility="collapsed",
    )
    st.altair_chart(
        equity_lines(seen.equity, names, chosen or council), alt="Equity of each account in dollars"
    )
with right.container(border=True, height="stretch"):
    leaderboard(seen.standings, seen.holdings)

left, right = st.columns([3, 2])
with left.container(border=True, height="stretch"):
    decision_card(weeks[0], labels)
with right.container(border=True, height="stretch"):
    last_run_card(seen.last_run, weeks)
