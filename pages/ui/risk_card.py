"""What each account asked for, what the hard limits left of it, and how many shares that came to."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.policy import RiskLimits
from core.schemas.risk import AccountRisk, Target
from core.types import AccountId
from pages.ui.card_head import card_head
from pages.ui.components import who
from pages.ui.format import conviction, dollars, percent, shares, trade, words
from pages.ui.safe import safe
from pages.ui.week_data import WeekBoard
from storage.queries import AccountLabel

Labels = Mapping[AccountId, AccountLabel]


def risk_card(board: WeekBoard, labels: Labels) -> None:
    """Every check with its numbers; a limit that changed something is told in a sentence."""
    detail = board.detail
    with st.container(border=True):
        card_head(
            "Risk checks",
            "weights are shares of equity; no model can override a limit",
            week=detail.summary.week_id,
            type="RiskAssessed",
        )
        if not detail.risk:
            st.markdown(":gray[The limits have not been applied yet.]")
            return
        if board.limits is not None:
            st.markdown(f":gray[{_in_force(board.limits)}]")
        targets = {one.account_id: one for one in board.targets}
        st.dataframe(
            pd.DataFrame([_row(one, targets.get(one.account_id), labels) for one in detail.risk]),
            hide_index=True,
            height="content",
            alt="Asked and allowed weight of each account, and what it was to hold",
        )
        for one in detail.risk:
            for hit in one.hits:
                st.markdown(
                    f":orange-badge[{hit.outcome}] **{who(labels.get(one.account_id), one.account_id)}** "
                    f"{safe(words(hit.limit))}: asked {safe(hit.asked)}, allowed {safe(hit.allowed)}. "
                    f":gray[{safe(hit.reason)}]"
                )


def _in_force(limits: RiskLimits) -> str:
    return (
        f"In force: position up to {percent(limits.max_position_pct, 0)} of equity, gross up to "
        f"{percent(limits.max_gross_pct, 0)}, no trade under a conviction of "
        f"{limits.min_conviction:g}; slippage {limits.slippage_bps:f} and commission "
        f"{limits.commission_bps:f} basis points, borrow {limits.borrow_bps:f} a year."
    )


def _row(one: AccountRisk, target: Target | None, labels: Labels) -> dict[str, object]:
    label = labels.get(one.account_id)
    priced = target is not None and target.reference_price is not None
    return {
        "account": label.shown if label else one.account_id,
        "trade": trade(one.instrument, one.direction),
        "conviction": conviction(one.conviction),
        "asked": percent(one.asked_weight),
        "allowed": percent(one.weight),
        "limits": "; ".join(words(hit.limit) for hit in one.hits) or "none hit",
        "equity": dollars(target.equity) if target else "not set",
        "to hold": shares(target.quantity) if target else "not set",
        "at price": dollars(target.reference_price, 2) if target and priced else "",
    }
