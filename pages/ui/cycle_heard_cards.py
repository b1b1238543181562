"""Cards of what a cycle heard beside prices: headlines, and the setups its symbols were like."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.schemas.cycle import NO_MEMORY
from pages.ui.card_head import card_head
from pages.ui.format import UNKNOWN, day, moment, signed_percent
from pages.ui.safe import cell, safe
from storage.queries.cycle_heard import CycleHeard
from storage.queries.cycles import CycleDetail, SimilarSetup

MOST_SETUPS = 40
MOST_AT_A_LOOK, TALL = 12, 460
"""Longer tables scroll at so many pixels."""


def headlines_card(cycle: CycleDetail, heard: CycleHeard | None) -> None:
    """Every headline as the agents saw it, under its symbol; or why there was none."""
    fed = f"from {safe(heard.news_source)}; " if heard and heard.news_source else ""
    told = f"{fed}text of the web, quoted to the agents"
    card_head("Headlines", told, run=cycle.line.cycle_id)
    if heard is None or heard.news or not heard.news_source:
        why = (heard and heard.news) or "the cycle has not looked yet"
        st.markdown(f":gray[No headlines: {safe(why)}]")
        return
    if not heard.headlines:
        st.markdown(
            f":gray[{safe(heard.news_source)} had none of these symbols in the seven days before.]"
        )
        return
    rows = [
        {
            "symbol": one.symbol,
            "headline": cell(one.headline, 300),
            "by": cell(one.source, 60),
            "published": moment(one.published),
        }
        for one in heard.headlines
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content" if len(rows) <= MOST_AT_A_LOOK else TALL,
        column_config={"headline": st.column_config.TextColumn(width="large")},
        alt="Headlines the agents were shown",
    )


def setups_card(cycle: CycleDetail, heard: CycleHeard | None) -> None:
    """Similar past setups, as they were shown to the agents, with their distances."""
    card_head(
        "Similar past setups", "cosine distance: 0 is equal, 1 unrelated", run=cycle.line.cycle_id
    )
    if not cycle.known_setups:
        why = (heard and heard.memory) or NO_MEMORY
        st.markdown(f":gray[Memory was not asked, no agent saw a past setup: {safe(why)}]")
        return
    rows = [
        _setup(one.symbol, each) for one in cycle.symbols if one.signal for each in one.similar
    ][:MOST_SETUPS]
    if not rows:
        st.markdown(":gray[No setup like these had an outcome that was known then.]")
        return
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content" if len(rows) <= MOST_AT_A_LOOK else TALL,
        alt="Past setups and their distances",
    )


def _setup(symbol: str, found: SimilarSetup) -> dict[str, object]:
    brought = found.outcome.get("return")
    return {
        "symbol": symbol,
        "like": cell(found.symbol or UNKNOWN, 20),
        "of": day(found.happened_at.date()),
        "distance": round(found.distance, 3),
        "return": signed_percent(brought),
        "label": cell(found.label or "", 60),
    }
