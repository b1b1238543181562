"""Two runs of a week, chosen in the address, beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.types import AccountId
from pages.ui import runs_data
from pages.ui.addressed import picked
from pages.ui.data import StoreState
from pages.ui.run_cards import decision_card, outcome_card, scores_card, settings_card
from pages.ui.run_names import by_id, run_line
from pages.ui.stage_card import stage_card
from storage.queries import AccountLabel
from storage.queries.runs import RunLine


def comparison(
    state: StoreState, runs: Sequence[RunLine], labels: Mapping[AccountId, AccountLabel]
) -> None:
    """``runs`` with the official one first: it stands left, the newest what-if right, if nobody says."""
    known, official = by_id(runs), runs[0]
    if len(known) == 1:
        st.info("There is no what-if to compare yet: run the week again from a stage on, above.")
    columns = st.columns(2)
    with columns[0]:
        one = known[picked("Left", "a", list(known), official.run_id, _shown(known))]
    with columns[1]:
        other = known[picked("Right", "b", list(known), runs[-1].run_id, _shown(known))]
    since = official.position
    sides = (runs_data.side(state, one, since), runs_data.side(state, other, since))
    for column, side in zip(st.columns(2), sides, strict=True):
        with column.container(border=True, height="stretch"):
            decision_card(side)
    with st.container(border=True):
        outcome_card(*sides, labels)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        settings_card(*sides)
    with right.container(border=True, height="stretch"):
        scores_card(*sides, labels)
    with st.container(border=True):
        stage_card(state, sides, labels)


def _shown(known: Mapping[str, RunLine]) -> Callable[[str], str]:
    return lambda run: run_line(known[run])
