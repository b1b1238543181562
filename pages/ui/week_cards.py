"""Cards of a week: the decision beside the votes, with its dissent."""

from __future__ import annotations

import streamlit as st

from core.schemas.decision import ChairmanDecision
from core.types import Direction, WeekId
from pages.ui.card_head import card_head
from pages.ui.components import bullets, labelled, prose
from pages.ui.safe import safe
from pages.ui.sentences import HORIZONS, decision_sentence, dissents
from pages.ui.votes_card import votes_card
from pages.ui.week_data import WeekBoard
from storage.queries import WeekDetail


def decision_cards(board: WeekBoard) -> None:
    """What was decided and why; beside it the votes, and who disagreed."""
    detail = board.detail
    week_id = detail.summary.week_id
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        card_head("Decision", week=week_id, type="ChairmanDecided")
        st.markdown(decision_sentence(detail.summary))
        if detail.decision is not None:
            prose(detail.decision.rationale)
            _badges(detail)
            _monitoring(detail.decision)
    with right.container(border=True, height="stretch"):
        votes_card(board.votes, week_id)
    with st.container(border=True):
        _dissent(detail.decision, week_id)


def _badges(detail: WeekDetail) -> None:
    decision = detail.decision
    assert decision is not None  # the caller has seen it
    with st.container(horizontal=True, gap="small"):
        abstained = bool(detail.abstentions)
        st.badge(f"{detail.summary.received} pitches", color="orange" if abstained else "gray")
        st.badge(dissents(len(decision.dissent_summary)), color="gray")
        if decision.selected_trade.direction is not Direction.FLAT:
            st.badge(f"horizon {HORIZONS[decision.selected_trade.horizon]}", color="gray")


def _dissent(decision: ChairmanDecision | None, week_id: WeekId) -> None:
    card_head("Dissent", week=week_id, type="ChairmanDecided")
    if decision is None:
        st.markdown(":gray[Nobody has decided yet.]")
    elif not decision.dissent_summary:
        st.markdown(":gray[Nobody disagreed.]")
    else:
        with st.grid(3, min_column_width=220, gap="medium") as grid:
            for dissent in decision.dissent_summary:
                with grid.cell():
                    st.markdown(
                        f"**{safe(dissent.model)}** · {safe(dissent.position)}  \n"
                        f":gray[{safe(dissent.reason)}]"
                    )


def _monitoring(decision: ChairmanDecision) -> None:
    plan = decision.monitoring_plan
    with st.expander("What to watch"):
        labelled("Key indicators", ", ".join(plan.key_indicators) or "none named")
        st.markdown(":gray[Conditions]")
        bullets(plan.watch_conditions)
        st.markdown(":gray[Checkpoints]")
        bullets(plan.checkpoints)
