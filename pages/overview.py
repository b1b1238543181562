"""Overview: how the council stands against its members, and what it decided this week."""

from __future__ import annotations

import streamlit as st

from core.types import StoreKind
from pages.ui import data, ops_data
from pages.ui.charts import equity_lines
from pages.ui.components import card_title, empty_desk, heading
from pages.ui.format import day
from pages.ui.key_figures import kpi_row
from pages.ui.overview_cards import decision_card, last_run_card, leaderboard, scheduler_line
from pages.ui.safe import safe
from storage.queries import AccountRole

state = data.now()
labels, weeks = data.labels(state), data.week_ids(state)
newest = data.summary(state, weeks[0]) if weeks else None
seen, facts = data.overview(state), data.desk(state)

if newest is None or seen.equity.empty:
    heading(
        "Overview", "How the council stands against its members, simple rules and doing nothing."
    )
    if newest is not None:
        decision_card(newest, labels)
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

names = {key: label.name for key, label in labels.items() if label.role is not AccountRole.FLAT}
left, right = st.columns([2, 1])
with left.container(border=True, height="stretch"):
    council = seen.council.council.account.account_id if seen.council else next(iter(names))
    card_title("Equity", "cash plus positions at each close, in dollars")
    chosen = st.pills(
        "Account in colour",
        list(names),
        format_func=lambda key: safe(names[key]),
        default=council,
        required=True,
        label_visibility="collapsed",
    )
    every = {key: label.name for key, label in labels.items()}
    st.altair_chart(
        equity_lines(seen.equity, every, chosen or council), alt="Equity of each account in dollars"
    )
with right:
    with st.container(border=True):
        decision_card(newest, labels)
    with st.container(border=True, height="stretch"):
        last_run_card(seen.last_run, newest)
        if facts is None or facts.kind is not StoreKind.SIMULATION:
            ahead = ops_data.coming(state, ops_data.now())
            scheduler_line(ops_data.leader(state), next(iter(ahead), None))

with st.container(border=True):
    leaderboard(seen.standings, seen.holdings)
