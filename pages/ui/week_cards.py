"""Cards of a week: its stages, the decision with its dissent, the postmortem."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.schemas.decision import ChairmanDecision
from core.schemas.postmortem import Postmortem
from core.types import AccountId, Direction
from pages.ui.components import bullets, card_title, labelled, prose
from pages.ui.format import (
    conviction,
    day,
    dollars,
    duration,
    signed_dollars,
    signed_percent,
    trade,
    words,
)
from pages.ui.safe import safe
from pages.ui.sentences import HORIZONS, decision_sentence, dissents
from storage.queries import AccountLabel, StageStatus, WeekDetail, WeekSummary

Labels = Mapping[AccountId, AccountLabel]
ACCOUNT = re.compile(r"\bacct_\d+\b")
NOT_FINE = (StageStatus.FAILED, StageStatus.STALE)


def stage_line(summary: WeekSummary) -> None:
    """Every stage with how it ended; wall time since the run's start as a tooltip."""
    with st.container(horizontal=True, gap="xsmall"):
        for line in summary.stages:
            fine = line.status not in NOT_FINE
            mark = "✓" if line.status is StageStatus.DONE else line.status.value
            st.badge(
                f"{words(line.stage)} {mark}",
                color="gray" if fine else "orange",
                help=f"{line.status} {duration(line.seconds)} after the start",
            )
    for line in summary.stages:
        if line.message and line.status in NOT_FINE:
            st.markdown(f":orange-badge[{line.status}] {words(line.stage)}: {safe(line.message)}")


def decision_cards(detail: WeekDetail) -> None:
    """What was decided and why; beside it who disagreed, and what to watch."""
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        card_title("Decision")
        st.markdown(decision_sentence(detail.summary))
        if detail.decision is not None:
            prose(detail.decision.rationale)
            _badges(detail)
            _monitoring(detail.decision)
    with right.container(border=True, height="stretch"):
        _dissent(detail.decision)


def _badges(detail: WeekDetail) -> None:
    decision = detail.decision
    assert decision is not None  # the caller has seen it
    with st.container(horizontal=True, gap="small"):
        abstained = bool(detail.abstentions)
        st.badge(f"{detail.summary.received} pitches", color="orange" if abstained else "gray")
        st.badge(dissents(len(decision.dissent_summary)), color="gray")
        if decision.selected_trade.direction is not Direction.FLAT:
            st.badge(f"horizon {HORIZONS[decision.selected_trade.horizon]}", color="gray")


def _dissent(decision: ChairmanDecision | None) -> None:
    card_title("Dissent")
    if decision is None:
        st.markdown(":gray[Nobody has decided yet.]")
    elif not decision.dissent_summary:
        st.markdown(":gray[Nobody disagreed.]")
    else:
        for dissent in decision.dissent_summary:
            st.markdown(
                f"**{safe(dissent.model)}** · {safe(dissent.position)}  \n:gray[{safe(dissent.reason)}]"
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
        card_title(
            "Postmortem", f"{status}; {day(report.first_session)} to {day(report.last_session)}"
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
