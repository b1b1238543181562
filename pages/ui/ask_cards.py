"""What came of a question over the log: the answer, the events it cites, what was looked up."""

from __future__ import annotations

import streamlit as st

from core.profile import RULES_VENDOR
from core.schemas.question import Finding, LogAnswer, Look
from pages.ui.components import card_title
from pages.ui.evidence import AUDIT
from pages.ui.format import counted, moment, words
from pages.ui.places import link
from pages.ui.safe import clipped, safe

SHOWN, SAYS = 6_000, 260


def answer_card(said: LogAnswer) -> None:
    """The answer in its author's words, under its name."""
    with st.container(border=True):
        turns = f" · {said.turns} turns" if said.turns else ""
        card_title("Answer", f"by {safe(said.by)}{turns}")
        if said.by.startswith(f"{RULES_VENDOR}/"):
            st.badge("rules, a plain search: no language model spoke", color="gray")
        if said.fell_back:
            st.markdown(f":orange-badge[no model's answer] {safe(clipped(said.fell_back, 300))}")
        for line in clipped(said.text, SHOWN).splitlines():
            shown = line.removeprefix("- ")
            if shown.strip():
                st.markdown(f"- {safe(shown)}" if line.startswith("- ") else safe(shown))


def cited_card(cites: tuple[Finding, ...]) -> None:
    """Every event the answer rests on, each a link to the whole of it."""
    with st.container(border=True):
        card_title("Events cited", "each was found in the log · New York time")
        if not cites:
            st.markdown(":gray[The answer rests on no event.]")
        for one in cites:
            with st.container(gap=None):
                label = f"**{safe(words(one.type))}** · {moment(one.at)} · {safe(one.stream)}"
                link(AUDIT, label, event=one.event_id)
                st.caption(safe(clipped(one.says, SAYS)))


def looks_card(looks: tuple[Look, ...]) -> None:
    """What was looked up, in order, and how much it gave."""
    with st.container(border=True):
        card_title("Looked up", "read-only, in this order")
        if not looks:
            st.markdown(":gray[Nothing was looked up.]")
        for one in looks:
            lines = f", {counted(one.lines, 'line')} of figures" if one.lines else ""
            more = ", more not shown" if one.more else ""
            told = f"{counted(one.found, 'event')}{lines}{more}"
            st.markdown(f"{safe(one.request.told)}  \n:gray[:small[{told}]]")
