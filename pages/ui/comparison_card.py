"""Where the two research packs agree and where they differ, in their typed fields alone."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.rules.pack_comparison import PackComparison, Point, Stand
from core.types import WeekId
from pages.ui.card_head import card_head
from pages.ui.format import words
from pages.ui.safe import safe

SILENT = "says nothing"


def comparison_card(found: PackComparison, week_id: WeekId) -> None:
    """Differences first: one sentence, then every field both could speak of."""
    card_head(
        "Where the packs agree and differ",
        "by typed fields: regime, candidates' bias, names of narratives and days of events",
        week=week_id,
        text="ResearchPack",
    )
    st.markdown(_sentence(found))
    left, right = st.columns(2)
    with left:
        _table("regime and positioning", found.regime)
    with right:
        _table("candidates", found.candidates)
    _shared("Narratives", found.narratives)
    _shared("Calendar", found.events)


def _sentence(found: PackComparison) -> str:
    differ, agree = found.differences, found.agreements
    if not differ:
        return f"They differ nowhere, and agree on {len(agree)} fields."
    named = ", ".join(safe(words(point.subject)) for point in differ)
    return f"They differ on **{len(differ)}** of {len(differ) + len(agree)} fields: {named}."


def _table(title: str, points: Sequence[Point]) -> None:
    if not points:
        st.markdown(f":gray[Neither pack names {title}.]")
        return
    ordered = sorted(points, key=lambda one: one.stand is not Stand.DIFFER)
    st.dataframe(
        pd.DataFrame([_row(title, one) for one in ordered]),
        hide_index=True,
        height="content",
        alt=f"Both packs on {title}",
    )


def _row(title: str, one: Point) -> dict[str, object]:
    return {
        title: words(one.subject),
        "pack A": words(one.a or SILENT),
        "pack B": words(one.b or SILENT),
        "stand": str(one.stand),
    }


def _shared(title: str, points: Sequence[Point]) -> None:
    """Names both packs have, then each one's own."""
    groups = (
        ("both", [one for one in points if one.stand is Stand.AGREE]),
        ("on other days", [one for one in points if one.stand is Stand.DIFFER]),
        ("only A", [one for one in points if one.stand is Stand.ONLY_A]),
        ("only B", [one for one in points if one.stand is Stand.ONLY_B]),
    )
    told = [
        f":gray[{name}:] {', '.join(safe(one.subject) for one in found)}"
        for name, found in groups
        if found
    ]
    st.markdown(f"**{title}**  \n" + ("  \n".join(told) if told else ":gray[none named]"))
