"""What waits for a person's word: what each account would trade, and the word itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import pandas as pd
import streamlit as st

from core.schemas.approval import Proposal
from core.types import AccountId, WeekId
from pages.ui.card_head import card_head
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.components import who
from pages.ui.format import dollars, moment, shares, signed_percent, span, week, words
from pages.ui.safe import safe
from pages.ui.visitor import may_steer
from storage.control import Word, decide
from storage.event_store import SqlEventStore
from storage.projections.approvals import ApprovalStatus
from storage.queries import AccountLabel
from storage.queries.approvals import ApprovalLine, WeekProposal

CARD, CHOICE, REASON = "approval", "approval account", "approval reason"
ALL = "all"
TOPICAL = timedelta(days=1)
Labels = Mapping[AccountId, AccountLabel]
WORDS = {ApprovalStatus.PENDING: "open", ApprovalStatus.IDLE: "nothing to do"}


def approval_card(found: WeekProposal, labels: Labels) -> None:
    """The newest proposal, open or just decided; what is decided cannot be said again."""
    now = CLOCK.now()
    card_head(
        f"Approval, week of {week(found.week_id)}",
        "at the snapshot's prices after slippage; costs are estimates",
        stream=f"run/{found.run_id}/approval",
    )
    st.markdown(_state(found, now))
    st.dataframe(
        pd.DataFrame([_row(line, labels) for line in found.accounts]),
        hide_index=True,
        height="content",
        alt="What each account would trade",
    )
    _limits(found, labels)
    answered(CARD)
    if found.pending and now < found.expires_at and found.superseded_by is None and may_steer():
        _word(found, labels)


def is_topical(found: WeekProposal, now: datetime) -> bool:
    """Whether it waits, or was decided or ran out within a day."""
    said = [line.decided_at for line in found.accounts if line.decided_at is not None]
    newest = max([*said, found.expires_at]) if found.pending else max(said, default=None)
    return newest is not None and now < newest + TOPICAL


def _state(found: WeekProposal, now: datetime) -> str:
    if found.superseded_by is not None:
        return f":gray-badge[over] Week {safe(found.superseded_by)} has begun meanwhile."
    if not found.pending:
        return ":gray-badge[decided] Every account is decided; the scheduler goes on by itself."
    left = (found.expires_at - now).total_seconds()
    if left <= 0:
        return (
            f":gray-badge[expired] Nobody said yes by {moment(found.expires_at)}: what was open is "
            "not traded."
        )
    return (
        f":orange-badge[waits] {len(found.pending)} of {len(found.accounts)} accounts wait for a "
        f"word until {moment(found.expires_at)}: **{span(left)} left**"
    )


def _row(line: ApprovalLine, labels: Labels) -> dict[str, object]:
    asked = line.proposal
    label = labels.get(line.account_id)
    return {
        "account": label.shown if label else line.account_id,
        "holds": ", ".join(f"{shares(n)} {symbol}" for symbol, n in asked.held.items()) or "cash",
        "target": _target(asked),
        "orders": ", then ".join(
            f"{one.side} {shares(one.quantity)} {one.symbol}" for one in asked.orders
        )
        or "none",
        "trades": dollars(asked.notional),
        "costs": dollars(asked.costs, 2),
        "cash now": dollars(asked.cash_before),
        "cash after": dollars(asked.cash_after),
        "limits": ", ".join(words(hit.limit) for hit in asked.hits) or "none hit",
        "word": _said(line),
    }


def _target(asked: Proposal) -> str:
    if not asked.quantity:
        return "FLAT"
    weight = signed_percent(Decimal(asked.weight))
    return f"{shares(asked.quantity)} {asked.instrument} ({weight})"


def _said(line: ApprovalLine) -> str:
    if line.status in WORDS:
        return WORDS[line.status]
    by = f" by {line.decided_by}" if line.decided_by else ""
    return f"{words(line.status)}{by}" + (f": {line.reason}" if line.reason else "")


def _limits(found: WeekProposal, labels: Labels) -> None:
    for line in found.accounts:
        for hit in line.proposal.hits:
            st.markdown(
                f":orange-badge[{hit.outcome}] **{who(labels.get(line.account_id), line.account_id)}**"
                f" {safe(words(hit.limit))}: {safe(hit.reason)}"
            )


def _word(found: WeekProposal, labels: Labels) -> None:
    names = {
        line.account_id: who(labels.get(line.account_id), line.account_id) for line in found.pending
    }
    st.pills(
        "About",
        [ALL, *names],
        format_func=lambda one: "All that are open" if one == ALL else names[AccountId(one)],
        default=ALL,
        required=True,
        key=CHOICE,
    )
    reason, yes, no = st.columns([4, 1, 1], vertical_alignment="bottom")
    reason.text_input("Reason", max_chars=400, placeholder="a rejection needs one", key=REASON)
    yes.button(
        "Approve",
        type="primary",
        width="stretch",
        on_click=_decide,
        args=(found.week_id,),
        kwargs={"approved": True},
    )
    no.button(
        "Reject",
        width="stretch",
        on_click=_decide,
        args=(found.week_id,),
        kwargs={"approved": False},
    )


def _decide(week_id: WeekId, *, approved: bool) -> None:
    chosen = typed(CHOICE) or ALL
    about = None if chosen == ALL else AccountId(chosen)

    def do(store: SqlEventStore) -> str:
        said = Word(approved=approved, by=by(), reason=typed(REASON), account_id=about)
        accounts = decide(store, week_id, said, CLOCK)
        return f"{'Approved' if approved else 'Rejected'}: {', '.join(accounts)}"

    command(CARD, do, REASON)
