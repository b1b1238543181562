"""A strategy's capital: what a person gave and took, what round trips brought, and a form for more."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from core.desk.capital import Transfer
from core.strategy import StrategySpec
from pages.ui.card_head import card_head
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.format import dollars, moment, signed_dollars
from pages.ui.visitor import may_steer
from storage.control import deposit_capital, withdraw_capital
from storage.event_store import SqlEventStore
from storage.queries.capital import CapitalEntry
from storage.queries.strategies import StrategyLine

CARD, AMOUNT, REASON = "capital", "capital amount", "capital reason"
MOST = 10_000_000.0


def capital_card(line: StrategyLine, spec: StrategySpec, entries: Sequence[CapitalEntry]) -> None:
    """The account's money; the council's accounts start equal and take none."""
    if spec.account is None:
        card_head("Capital", "in $", type="AccountOpened")
        st.markdown(
            f"{dollars(line.capital)} at the start, as every seat of the council: no capital is moved, "
            "so that the seats stay comparable."
        )
        return
    card_head("Capital", "in $; round trips net of every cost", stream=f"account/{spec.account}")
    if line.capital is None:
        st.markdown(
            f":gray[{spec.account} is opened with {dollars(spec.capital)} by the first cycle that "
            "trades; capital can be moved from then on.]"
        )
        return
    st.markdown(f"{dollars(line.capital)} given in all, {dollars(line.cash)} of it in cash now.")
    if entries:
        st.dataframe(
            pd.DataFrame([_row(entry) for entry in entries]),
            hide_index=True,
            height="content",
            alt="Deposits, withdrawals and realised results, newest first",
        )
    answered(CARD)
    if may_steer():
        _form(spec)


def _row(entry: CapitalEntry) -> dict[str, str]:
    return {
        "when": moment(entry.at),
        "what": entry.kind,
        "$": signed_dollars(entry.amount),
        "by": entry.by or entry.symbol,
        "why": entry.reason,
    }


def _form(spec: StrategySpec) -> None:
    left, right = st.columns(2)
    left.number_input(
        "Amount, $", min_value=0.0, max_value=MOST, step=1000.0, format="%.2f", key=AMOUNT
    )
    right.text_input("Reason", max_chars=400, placeholder="kept with the event", key=REASON)
    with st.container(horizontal=True, gap="small"):
        st.button("Deposit", on_click=_move, args=(spec, False))
        st.button("Withdraw", on_click=_move, args=(spec, True))


def _move(spec: StrategySpec, out: bool) -> None:
    def do(store: SqlEventStore) -> str:
        amount = Decimal(f"{float(st.session_state.get(AMOUNT) or 0):.2f}")
        transfer = Transfer(amount, typed(REASON), by())
        if out:
            event = withdraw_capital(store, spec, transfer, CLOCK)
            return f"${event.amount:,.2f} taken from {event.account_id}"
        given = deposit_capital(store, spec, transfer, CLOCK)
        return f"${given.amount:,.2f} given to {given.account_id}"

    command(CARD, do, REASON)
