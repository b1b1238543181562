"""Cards of a week: the decision beside the votes, with its dissent, and the postmortem."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.schemas.decision import ChairmanDecision
from core.schemas.postmortem import Postmortem
from core.types import AccountId, Direction, WeekId
from pages.ui.card_head import card_head
from pages.ui.components import bullets, labelled, prose
from pages.ui.format import (
    conviction,
    day,
    dollars,
    signed_dollars,
    signed_percent,
    trade,
)
from pages.ui.places import link
from pages.ui.safe import safe
from pages.ui.sentences import HORIZONS, decision_sentence, dissents
from pages.ui.votes_card import votes_card
from pages.ui.week_data import WeekBoard
from storage.queries import AccountLabel, WeekDetail

Labels = Mapping[AccountId, AccountLabel]
ACCOUNT = re.compile(r"\bacct_\d+\b")


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


def _name(account_id: str, labels: Labels) -> str:
    label = labels.get(AccountId(account_id))
    return label.shown if label else account_id


def postmortem_card(report: Postmortem, labels: Labels) -> None:
    """The week compared across its accounts."""
    with st.container(border=True):
        status = "provisional, on the last close" if report.provisional else "final"
        card_head(
            "Postmortem",
            f"{status}; {day(report.first_session)} to {day(report.last_session)}",
            week=report.week_id,
            type="PostmortemWritten",
        )
        if report.text:
            prose(ACCOUNT.sub(lambda found: _name(found.group(), labels), report.text))
        st.dataframe(
            pd.DataFrame(
                [
                    {
                        "account": _name(one.account_id, labels),
                        "trade": trade(one.instrument, one.direction),
                        "conviction": f"{conviction(one.conviction_first)} → "
                        f"{conviction(one.conviction_last)}",
                        "P/L": signed_dollars(one.pnl),
                        "return": signed_percent(one.week_return, 2),
                        "thesis": {True: "right", False: "wrong", None: "none"}[one.thesis_right],
                        "equity": dollars(one.equity_end),
                        "acted": ", ".join(one.actions) or "no",
                        "rules met": ", ".join(one.fired) or "none",
                        "panic exits": one.panic_exits,
                    }
                    for one in report.accounts
                ]
            ),
            hide_index=True,
            alt="The week's result of each account",
        )
        link("postmortem", "The whole postmortem", week=report.week_id)
