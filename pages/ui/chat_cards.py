"""What a council said to a question: conclusion, places, every answer and every ranking."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.profile import RULES_VENDOR
from core.schemas.conversation import ModelRanking, ModelResponse, RankedModel
from pages.ui.card_head import card_head
from pages.ui.components import card_title
from pages.ui.format import number
from pages.ui.safe import clipped, safe
from storage.queries.conversations import Conversation

SHOWN = 6_000
"""So many signs of an answer are shown; the whole of it is in its events."""
RULES_NOTE = "rules, no language model spoke"


def synthesis_card(said: Conversation) -> None:
    """The conclusion, under the name of who wrote it."""
    with st.container(border=True):
        if said.synthesis is None:
            card_title("Synthesis")
            st.markdown(":gray[The chairman has not concluded yet.]")
            return
        card_title("Synthesis", f"by {safe(said.synthesis.model)}")
        _rules_badge(said.synthesis.model)
        _text(said.synthesis.response)


def rankings_card(said: Conversation) -> None:
    """Average places, then each ranker's order; labels were random, nobody saw a name or its own."""
    if not said.rankings:
        return
    with st.container(border=True):
        card_head(
            "Ranking",
            "1 is best; nobody saw a name or ranked its own answer, labels were random",
            stream=f"conversation/{said.conversation_id}",
        )
        st.dataframe(
            pd.DataFrame([_place(one, said) for one in said.aggregate]),
            hide_index=True,
            height="content",
            placeholder="own",
            alt="Places of each model's answer, on average and by ranker",
            column_config={
                "answer of": st.column_config.TextColumn(pinned=True),
                "average place": st.column_config.NumberColumn(format="%.2f"),
            },
        )
        for one in said.rankings:
            if one.failed:
                st.markdown(
                    f":orange-badge[no ranking] **{safe(one.model)}** {safe(clipped(one.failed, 300))}"
                )
        with st.expander("Each ranking in words, under the labels its author saw"):
            for one in said.rankings:
                st.markdown(f"**{safe(one.model)}**")
                _text(one.ranking or one.failed or "")


def answers_card(said: Conversation) -> None:
    """Every answer, best place first; one that failed says why."""
    if not said.responses:
        return
    places = {one.model: one for one in said.aggregate}
    worst = len(said.responses) + 1.0
    ordered = sorted(
        said.responses,
        key=lambda one: places[one.model].average_rank if one.model in places else worst,
    )
    for start in range(0, len(ordered), 2):
        pair = ordered[start : start + 2]
        for column, answer in zip(st.columns(2), pair, strict=False):
            with column.container(border=True, height="stretch"):
                _answer(answer, places.get(answer.model))


def _answer(answer: ModelResponse, place: RankedModel | None) -> None:
    note = "" if place is None else f"average place {number(place.average_rank)} of "
    counted = "" if place is None else f"{place.rankings_count} rankings"
    card_title(safe(answer.model), f"{note}{counted}")
    _rules_badge(answer.model)
    if answer.failed:
        st.markdown(f":orange-badge[no answer] {safe(clipped(answer.failed, 600))}")
    else:
        _text(answer.response)


def _rules_badge(model: str) -> None:
    if model.startswith(f"{RULES_VENDOR}/"):
        st.badge(RULES_NOTE, color="gray")


def _text(text: str) -> None:
    """A model's words as they stand; what is left out is counted."""
    st.text(clipped(text, SHOWN))
    if len(text) > SHOWN:
        st.caption(f"The first {SHOWN:,} of {len(text):,} signs; the whole is in its events.")


def _place(one: RankedModel, said: Conversation) -> dict[str, object]:
    """An answer's average place, then its place with each ranker; None for a ranker's own answer."""
    places = {ballot.model: _order(ballot, said.labels) for ballot in said.rankings}
    return {
        "answer of": one.model,
        "average place": one.average_rank,
        "rankings": one.rankings_count,
        **{f"by {ranker}": order.get(one.model) for ranker, order in places.items() if order},
    }


def _order(ballot: ModelRanking, labels: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Model → place, read under the labels that ranker saw."""
    shown = labels.get(ballot.model, {})
    return {shown[label]: place for place, label in enumerate(ballot.parsed_ranking, 1)}
