"""One account in full; ``?account=acct_5`` opens it, ``&record=`` an earlier model's record."""

from __future__ import annotations

import streamlit as st

from pages.ui import accounts_data, data
from pages.ui.account_picker import picked_account, unknown_account
from pages.ui.accounts_cards import (
    basis_of,
    figures,
    months_card,
    positions_card,
    record_card,
    rolling_card,
)
from pages.ui.components import empty_desk, heading
from pages.ui.history_card import history_card
from pages.ui.metrics_card import metrics_card
from pages.ui.record_picker import picked_record, spoken
from pages.ui.safe import safe

state = data.now()
labels, facts = data.labels(state), data.desk(state)
if not labels:
    heading("Accounts", "What each account was worth, held, ordered and earned.")
    empty_desk()
    st.stop()

top = st.container()
account = picked_account(labels)
if account is None:
    with top:
        heading("Accounts", "What each account was worth, held, ordered and earned.")
    unknown_account(labels)
    st.stop()
seats = accounts_data.seats(state, account)
chosen = picked_record(seats)
with top:
    heading(safe(labels[account].name), f"{account} · {safe(spoken(chosen))}")

view = accounts_data.record_view(state, chosen)
if view is None:
    st.info("No session of this record has been marked yet: it begins with the next close.")
else:
    name, basis = labels[account].name, basis_of(facts, accounts_data.adjusted(state))
    figures(view)
    with st.container(border=True):
        record_card(state, view, name, basis)
    others = [one for one in reversed(seats) if one != chosen]
    known = [(one, accounts_data.record_view(state, one)) for one in others]
    with st.container(border=True):
        metrics_card(
            [(name, view), *((spoken(one), seen) for one, seen in known if seen is not None)],
            view,
            basis,
        )
    with st.container(border=True):
        months_card(state, view)
    with st.container(border=True):
        rolling_card(state, view)
    with st.container(border=True):
        positions_card(accounts_data.holdings(state, account), view.record.curve[-1], account)
with st.container(border=True):
    history_card(state, account)
