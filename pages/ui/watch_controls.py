"""A person's word on a symbol, from the page: include, exclude, release; pickers cannot override it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.desk.watching import Saying, WordName, say
from pages.ui.commanding import CLOCK, answered, by, command, typed
from pages.ui.visitor import may_steer
from storage.event_store import SqlEventStore

CARD = "watchlist"
SYMBOL, REASON = "watch symbol", "watch reason"
WORDS: tuple[tuple[WordName, str], ...] = (
    ("include", "On the list, whatever pickers say"),
    ("exclude", "Off the list, whatever pickers say"),
    ("release", "Pickers decide again"),
)
DONE: dict[WordName, str] = {"include": "included", "exclude": "excluded", "release": "released"}


def watch_controls(strategy: str, size: int) -> None:
    """Three buttons over one symbol and one reason; for operators."""
    answered(CARD)
    if not may_steer():
        return
    with st.popover("Include or exclude"):
        st.text_input("Symbol", key=SYMBOL, max_chars=10, placeholder="e.g. NVDA or BRK.B")
        st.text_input("Reason", key=REASON, max_chars=300, placeholder="kept with the event")
        with st.container(horizontal=True):
            for word, told in WORDS:
                st.button(
                    word.capitalize(),
                    key=f"watch {word}",
                    help=told,
                    on_click=partial(_say, word, strategy, size),
                )


def _say(word: WordName, strategy: str, size: int) -> None:
    said = Saying(typed(SYMBOL).upper(), typed(REASON), by(), CLOCK.now())

    def do(store: SqlEventStore) -> str:
        fresh = say(store, strategy, word, said, size)
        return f"{said.symbol} {DONE[word]}" if fresh else f"{said.symbol}: nothing to change"

    command(CARD, do, REASON)
