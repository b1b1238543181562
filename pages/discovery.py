"""Which symbols a strategy looks at and why; ``?strategy=equity_cycle&round=…`` opens one look."""

from __future__ import annotations

import streamlit as st

from core.clock import in_new_york
from pages.ui import data, discovery_data
from pages.ui.comparing_cards import comparing_card
from pages.ui.components import heading
from pages.ui.discovery_cards import (
    figures,
    moves_card,
    now_card,
    parted_card,
    reasons_card,
    round_card,
    scores_card,
    watchlist_card,
)
from pages.ui.format import moment
from pages.ui.league_cards import league_card, paper_card, returns_card, targets_card
from pages.ui.safe import safe

state = data.now()
known = discovery_data.strategies(state)
if not known:
    heading("Discovery", "Which symbols a strategy looks at, and who picked them.")
    st.info(
        "Run `.venv/bin/python cli.py discovery run` to look through the market once; while the "
        "scheduler runs and a strategy that discovers is on, it looks every few hours.",
        title="Nobody has looked for symbols yet",
    )
    if data.desk(state) is not None:
        now_card()
    st.stop()

title, picker = st.columns([3, 1], vertical_alignment="bottom")
with picker:
    chosen = known[0]
    if len(known) > 1:
        chosen = st.selectbox("Strategy", known, key="strategy", bind="query-params") or known[0]
    rounds = discovery_data.rounds(state, chosen)
    names = {f"{in_new_york(one.as_of):%Y-%m-%d %H:%M:%S}": one for one in rounds}
    asked = (
        st.selectbox("Round (New York)", list(names), key="round", bind="query-params")
        if names
        else None
    )
watchlist = discovery_data.watchlist(state, chosen)
detail = discovery_data.one_round(state, names[asked].round_id) if asked else None
with title:
    looked = f"looked at {moment(detail.ran.as_of)}" if detail else "nobody has looked yet"
    heading("Discovery", f"{safe(chosen)} · {looked} · metric, fuzzy and model picker, ensembled")

if detail:
    figures(detail, watchlist)
with st.container(border=True):
    watchlist_card(chosen, watchlist)
if detail:
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        scores_card(state, detail)
    with right.container(border=True, height="stretch"):
        round_card(detail)
    with st.container(border=True):
        reasons_card(detail)
    with st.container(border=True):
        parted_card(detail)
now_card()
league = discovery_data.league(state, chosen)
with st.container(border=True):
    league_card(chosen, league)
if league.days:
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        targets_card(chosen, league)
    with right.container(border=True, height="stretch"):
        paper_card(state, chosen, league)
    with st.container(border=True):
        returns_card(chosen, discovery_data.newest_returns(state, chosen))
with st.container(border=True):
    comparing_card(chosen, discovery_data.comparisons(state, chosen))
with st.container(border=True):
    moves_card(chosen, discovery_data.moves(state, chosen))
