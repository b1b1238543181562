"""Which account is shown: the one the address names, else the council."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.types import AccountId
from pages.ui.safe import clipped, safe
from storage.queries import AccountLabel, AccountRole

PARAMETER, WIDGET = "account", "account_picker"


def picked_account(
    labels: Mapping[AccountId, AccountLabel], label: str = "Account"
) -> AccountId | None:
    """The chosen one of ``labels`` (not empty); None when the address names another.

    ``?account=acct_5`` opens it, and follows the choice.
    """
    known = list(labels)
    asked = st.query_params.get(PARAMETER)
    default = _named(asked, labels) if asked else _council(labels)
    chosen: AccountId | None = st.pills(
        label,
        known,
        format_func=lambda account: safe(labels[account].name),
        default=default,
        required=default is not None,
        key=WIDGET,
        on_change=_follow,
        label_visibility="collapsed",
    )
    return chosen


def unknown_account(labels: Mapping[AccountId, AccountLabel]) -> None:
    """Says that the address names an account this desk does not have, and which ones there are."""
    asked = clipped(st.query_params.get(PARAMETER, ""), 40)
    st.info(
        f"This desk has no account {safe(asked)}. It has {safe(', '.join(labels))}: choose one above."
    )


def _named(asked: str, labels: Mapping[AccountId, AccountLabel]) -> AccountId | None:
    return next((account for account in labels if account == asked), None)


def _council(labels: Mapping[AccountId, AccountLabel]) -> AccountId:
    councils = (key for key, one in labels.items() if one.role is AccountRole.COUNCIL)
    return next(councils, next(iter(labels)))


def _follow() -> None:
    """Put the choice into the address, so that it can be shared."""
    st.query_params[PARAMETER] = str(st.session_state[WIDGET])
