"""The head of a card: its name, one grey line, and at its right the way to the events behind it."""

from __future__ import annotations

from typing import Unpack

import streamlit as st

from pages.ui.evidence import Filter, events_behind


def card_head(title: str, note: str = "", **events: Unpack[Filter]) -> None:
    """Both words as they stand: make outside text safe before."""
    with st.container(gap=None):
        with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
            st.markdown(f"**{title}**", width="content")
            with st.container(width="content"):
                events_behind(**events)
        if note:
            st.markdown(f":gray[:small[{note}]]")
