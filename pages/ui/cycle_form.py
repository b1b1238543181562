"""Asking for a cycle: a dry run by default, orders only where the operator says so."""

from __future__ import annotations

import streamlit as st

from core.commands import JobKind, run_job
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.components import card_title
from storage.event_store import SqlEventStore
from storage.jobs import enqueue

CARD, SYMBOLS, EXECUTE = "cycle", "cycle symbols", "cycle execute"


@st.fragment
def cycle_form() -> None:
    """Only this card is drawn anew while its fields are filled in."""
    card_title("Run a cycle", "over the watchlist, or over symbols of your choice")
    st.text_input(
        "Symbols", placeholder="AAPL, MSFT; empty: the watchlist", max_chars=400, key=SYMBOLS
    )
    st.toggle("Send the orders", key=EXECUTE, help="Without it: a dry run that touches no account.")
    if st.button("Ask for it", type="primary", key="ask cycle"):
        command(CARD, _ask)
        st.rerun()  # the jobs beside show it as well
    answered(CARD)


def _ask(store: SqlEventStore) -> str:
    names = (name.strip().upper() for name in typed(SYMBOLS).replace(" ", ",").split(","))
    symbols = tuple(dict.fromkeys(name for name in names if name))
    execute = bool(st.session_state.get(EXECUTE))
    event = enqueue(store, run_job(JobKind.CYCLE, symbols=symbols, execute=execute), by(), CLOCK)
    return f"Asked for {event.key}: it appears here once the scheduler has run it"
