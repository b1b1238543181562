"""The kill switch: no order from the next one on, or out of every position, and back."""

from __future__ import annotations

import streamlit as st

from pages.ui.card_head import card_head
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.format import moment
from pages.ui.safe import safe
from pages.ui.visitor import may_steer
from storage.control import disable_trading, enable_trading
from storage.event_store import SqlEventStore
from storage.queries.trading import Stop

CARD, REASON = "trading", "trading reason"


def switch_card(stop: Stop | None) -> None:
    """It holds from its commit, whatever is running; a reason is always kept with it."""
    card_head(
        "Kill switch", "read again before every order, whatever is running", stream="system/trading"
    )
    st.markdown(_state(stop))
    answered(CARD)
    if may_steer():
        _controls(stop)


def _controls(stop: Stop | None) -> None:
    st.text_input("Reason", max_chars=400, placeholder="kept with the event", key=REASON)
    if stop is not None:
        st.button("Enable trading", type="primary", on_click=_enable)
    with st.container(horizontal=True, gap="small"):
        if stop is None:
            st.button("Disable trading", on_click=_disable)
        if stop is None or not stop.flatten:
            with st.popover("Disable and close everything"):
                st.markdown("Every open order is taken back and every position closed by an order.")
                st.button("Yes, close every position", key="flatten", on_click=_flatten)


def _state(stop: Stop | None) -> str:
    if stop is None:
        return ":green-badge[enabled] Orders go out, within the limits."
    flat = " Every position is being closed." if stop.flatten else ""
    return (
        f":red-badge[disabled] {safe(stop.reason)}{flat}  \n"
        f":gray[by {safe(stop.by)}, since {moment(stop.since)}]"
    )


def _disable() -> None:
    command(CARD, lambda store: _disabled(store, flatten=False), REASON)


def _flatten() -> None:
    command(CARD, lambda store: _disabled(store, flatten=True), REASON)


def _disabled(store: SqlEventStore, *, flatten: bool) -> str:
    disable_trading(store, typed(REASON), by(), CLOCK, flatten=flatten)
    after = "; the scheduler closes every position" if flatten else ""
    return f"Trading is disabled from the next order on{after}"


def _enable() -> None:
    def do(store: SqlEventStore) -> str:
        enable_trading(store, typed(REASON), by(), CLOCK)
        return "Trading is enabled"

    command(CARD, do, REASON)
