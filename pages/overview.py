"""Overview: what was decided, whether the council is any good, what comes next, what is broken."""

from __future__ import annotations

import streamlit as st

from pages.ui import accounts_data, data, ops_data, overview_data
from pages.ui.accounts_cards import is_total_return
from pages.ui.card_head import card_head
from pages.ui.components import empty_desk, heading
from pages.ui.condition import Condition, broken, whats_next
from pages.ui.format import day
from pages.ui.key_figures import kpi_row
from pages.ui.leaderboard import leaderboard
from pages.ui.overview_cards import (
    account_choice,
    decision_card,
    equity_card,
    health_card,
    next_card,
    span_choice,
    spend_card,
)
from storage.queries import AccountRole

state, now = data.now(), ops_data.now()
labels, weeks, facts = data.labels(state), data.week_ids(state), data.desk(state)
newest = data.summary(state, weeks[0]) if weeks else None
week_id = newest.week_id if newest else None
seen, trouble = overview_data.overview(state, week_id), overview_data.trouble(state)

if newest is None and not seen.courses:
    heading(
        "Overview", "How the council stands against its members, simple rules and doing nothing."
    )
    empty_desk()
    st.stop()

if seen.courses:
    first, last = seen.span
    heading(
        "Overview",
        f"{len(labels)} paper accounts from {day(first)} to the close of {day(last)} · "
        f"{len(weeks)} weeks",
    )
    kpi_row(seen, trouble.halts, ops_data.policy(state).breaker)
else:
    heading("Overview", f"{len(labels)} paper accounts, no session marked yet")
    st.info("No session has been marked since: equity appears after the next close.")

condition = Condition(
    now=now,
    facts=facts,
    leader=ops_data.leader(state),
    signs=overview_data.signs(state, now),
    trouble=trouble,
    last_run=seen.last_run,
    stops=seen.costs.stops if seen.costs else (),
)
left, right = st.columns([2, 1])
with right:
    if newest is not None:
        with st.container(border=True):
            decision_card(newest, labels)
    with st.container(border=True):
        next_card(whats_next(condition, ops_data.coming(state, now)))
    if seen.costs is not None:
        with st.container(border=True, height="stretch"):
            spend_card(seen.costs)
with left.container(border=True, height="stretch"):
    card_head("Equity", "cash plus positions at each close, in dollars", type="UniverseMarked")
    if seen.council is None:
        st.markdown(":gray[Curves follow with the first marked session.]")
    else:
        drawn = {key: one.name for key, one in labels.items() if one.role is not AccountRole.FLAT}
        with st.container(horizontal=True, gap="small"):
            chosen = account_choice(drawn, seen.council.account.account_id)
            sessions = span_choice()
        equity_card(state, week_id, sessions, chosen)

with st.container(border=True):
    health_card(condition, broken(condition, labels), newest)
if seen.courses:
    with st.container(border=True):
        total_return = is_total_return(data.desk(state), accounts_data.adjusted(state))
        leaderboard(state, week_id, total_return=total_return)
