"""Cards of the memory page: what is kept, one document, what lies near it, who was told of what."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.schemas.setups import Collection, Neighbour, Remembered
from pages.ui.card_head import card_head
from pages.ui.components import labelled, prose
from pages.ui.figure import figure
from pages.ui.format import moment, signed_dollars, signed_percent
from pages.ui.places import link
from pages.ui.safe import safe, visible
from storage.queries.memory import MemoryStanding
from storage.queries.memory_uses import MemoryUse

NAMES = {
    Collection.SETUPS: "Trade setups",
    Collection.CONDITIONS: "Market conditions",
    Collection.CONTEXT: "Symbol context",
    Collection.WEEKS: "Council weeks",
}
FED_BY = {
    Collection.SETUPS: "Round trips of the trading cycle come here once they are closed.",
    Collection.CONDITIONS: "The scheduler keeps each session's conditions while a strategy of cycles is on, "
    "or `daily` in config/memory.yaml; `cli.py discovery measure` does it at once.",
    Collection.CONTEXT: "Notes, and the headlines that trading cycles were shown, come here.",
    Collection.WEEKS: "A week comes here with its final postmortem.",
}
CYCLE = "cycle"
MOST_AT_A_LOOK, TALL = 12, 460
"""Longer tables scroll at so many pixels."""
DISTANCE = "0 is the same text, 1 nothing in common."
OUTCOMES = {
    "return": "return",
    "mean_pm_return": "the managers' mean",
    "best_pm_return": "the best manager",
}
MADE_BY = {
    Collection.SETUPS: "TradeOutcomeKnown",
    Collection.CONDITIONS: "ConditionsRemembered",
    Collection.CONTEXT: "NoteAdded",
    Collection.WEEKS: "PostmortemWritten",
}
"""The event with which a document becomes known."""


def figures(standing: MemoryStanding) -> None:
    with st.grid(4, min_column_width=150, gap="small"):
        for line in standing.collections:
            newest = "nothing yet" if line.newest is None else f"newest {line.newest:%d %b %Y}"
            figure(NAMES[line.name], f"{line.documents:,}", newest, type=MADE_BY[line.name])


def embedder_words(standing: MemoryStanding) -> str:
    """Which model made the vectors, and what it compares."""
    made = {(line.model, line.dimensions) for line in standing.collections if line.model}
    if not made:
        return "nothing is remembered yet"
    told = ", ".join(f"{safe(model)} ({dimensions} dimensions)" for model, dimensions in made)
    if any(model == "hashing" for model, _ in made):
        return f"compared by {told}: words alone, no meaning"
    return f"compared by {told}"


def document_card(one: Remembered) -> None:
    event = one.event_ids[-1] if one.event_ids else ""
    card_head("What is remembered", NAMES[one.collection], event=event)
    if one.label:
        st.markdown(f"**{safe(one.label)}**")
    prose(one.text)
    labelled("Happened", moment(one.happened_at))
    labelled("Known since", moment(one.known_at))
    if one.collection is not Collection.CONDITIONS and one.outcome:
        labelled("Came of it", _outcome(one))


def _outcome(one: Remembered) -> str:
    told = [
        f"{told} {signed_percent(one.outcome[name])}"
        for name, told in OUTCOMES.items()
        if name in one.outcome
    ]
    if "pnl" in one.outcome:
        told.append(f"P/L {signed_dollars(one.outcome['pnl'])}")
    return ", ".join(told)


def neighbours_card(kind: Collection, found: Sequence[Neighbour], *, then: bool) -> None:
    card_head(
        "Nearest to it",
        "as it was known when this happened" if then else "of all that is known by now",
        type=MADE_BY[kind],
    )
    if not found:
        st.markdown(
            ":gray[Nothing like it was known by then.]" if then else ":gray[Nothing else is kept.]"
        )
        return
    frame = pd.DataFrame([_row(one) for one in found]).dropna(axis="columns", how="all")
    st.dataframe(
        frame,
        hide_index=True,
        height="content",
        alt="The nearest documents with their distances and outcomes",
        column_config={
            "distance": st.column_config.NumberColumn(format="%.3f", help=DISTANCE),
            "return": st.column_config.NumberColumn(format="percent"),
        },
    )


def _row(one: Neighbour) -> dict[str, object]:
    return {
        "distance": one.distance,
        "return": one.document.outcome.get("return"),
        "in short": visible(one.document.label or ""),
        "happened": one.document.happened_at.date(),
        "what it was": visible(one.document.text),
    }


def uses_card(uses: Sequence[MemoryUse]) -> None:
    card_head(
        "Who was told of what",
        "newest first, with the distances as the run recorded them",
        type="SimilarWeeksRecalled",
    )
    if not uses:
        st.markdown(
            ":gray[Nobody was told anything yet: trading cycles ask by themselves, the council's pitches "
            "only where `council: true` stands in config/memory.yaml.]"
        )
        return
    rows = [
        {
            "asked by": visible(use.asked_by),
            "at": moment(use.at),
            "was told of": visible(
                "; ".join(
                    f"{one.document.label or one.document.text} ({one.distance:.3f})"
                    for one in use.neighbours
                )
            ),
        }
        for use in uses
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content" if len(rows) <= MOST_AT_A_LOOK else TALL,
        alt="Questions to memory and what each was told",
    )
    newest = next((use for use in uses if use.run_id), None)
    if newest is not None and newest.run_id:
        if newest.asked_by.startswith(CYCLE):
            link("cycle", ":small[The newest of these cycles]", cycle=newest.run_id)
        else:
            link("runs", ":small[The newest of these runs]", run=newest.run_id)
