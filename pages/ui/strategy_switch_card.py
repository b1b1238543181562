"""A strategy's switch: on or off, whose word stands, and a person's own with a reason."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.strategy import StrategySpec
from pages.ui.card_head import card_head
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.format import moment
from pages.ui.safe import safe
from pages.ui.visitor import may_steer
from storage.control import disable_strategy, enable_strategy
from storage.event_store import SqlEventStore
from storage.queries.strategies import StrategyLine, StrategyWord

CARD, REASON = "strategy", "strategy reason"


def strategy_switch_card(
    line: StrategyLine, spec: StrategySpec, words: Sequence[StrategyWord]
) -> None:
    """Off, nothing new of it begins; what it holds stays held, is settled and marked."""
    card_head("Switch", "off: nothing new begins, what is held stays held", stream=_stream(line))
    badge = ":green-badge[on]" if line.on else ":red-badge[off]"
    if not words:
        st.markdown(f"{badge} as config/strategies.yaml says; nobody has switched it yet.")
    for place, word in enumerate(words):
        first = f"{badge} " if place == 0 else ":gray[before:] "
        st.markdown(f"{first}{_told(word)}")
    answered(CARD)
    if may_steer():
        st.text_input("Reason", max_chars=400, placeholder="kept with the event", key=REASON)
        if line.on:
            st.button("Disable", key="disable strategy", on_click=_say, args=(spec, False))
        else:
            st.button(
                "Enable", key="enable strategy", type="primary", on_click=_say, args=(spec, True)
            )


def _stream(line: StrategyLine) -> str:
    return f"strategy/{line.name}"


def _told(word: StrategyWord) -> str:
    who = "its own rule" if word.cause == "underperformed" else safe(word.by)
    state = "switched on" if word.on else "switched off"
    return f"{safe(word.reason)}  \n:gray[{state} by {who}, {moment(word.at)}]"


def _say(spec: StrategySpec, on: bool) -> None:
    def do(store: SqlEventStore) -> str:
        say = enable_strategy if on else disable_strategy
        new = say(store, spec, typed(REASON), by(), CLOCK)
        state = "on" if on else "off"
        return f"{spec.title} is {state}" if new else f"{spec.title} was {state} already"

    command(CARD, do, REASON)
