"""Memory: what is remembered, and what lies near any of it; ``?kind=council_weeks&q=USO&doc=…``."""

from __future__ import annotations

import streamlit as st

from core.schemas.setups import Collection, Remembered
from pages.ui import data, memory_data
from pages.ui.addressed import picked, switched
from pages.ui.components import heading
from pages.ui.memory_cards import (
    FED_BY,
    NAMES,
    document_card,
    embedder_words,
    figures,
    neighbours_card,
    uses_card,
)
from pages.ui.memory_data import MemoryState
from pages.ui.safe import safe, visible

THEN, NOW = "as known then", "all by now"

store = data.now()
standing = memory_data.standing(store)
state = MemoryState(store, standing.stamp)
heading("Memory", f"Similar things that happened before · {embedder_words(standing)}")
figures(standing)


def shown(one: Remembered) -> str:
    """A document in a line of the select box."""
    return visible(f"{one.happened_at:%Y-%m-%d} · {one.label or one.text}")


full = [line.name.value for line in standing.collections if line.documents]
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    kind = Collection(
        switched(
            "Collection",
            "kind",
            [one.value for one in Collection],
            full[0] if full else Collection.SETUPS.value,
            lambda one: NAMES[Collection(one)],
        )
    )
    words = st.text_input(
        "Words", placeholder="words it says, e.g. USO", max_chars=100, key="q", bind="query-params"
    )
found = {one.document_id: one for one in memory_data.listed(state, kind, words or "")}
asked = st.query_params.get("doc", "")
if asked and asked not in found:
    known = memory_data.document(state, asked[:100])
    if known is not None and known.collection is kind:
        found = {asked: known, **found}
if not found:
    said = f"Nothing that says {safe(words)} is kept." if words else FED_BY[kind]
    st.info(said, title=f"{NAMES[kind]}: nothing to show")
else:
    chosen = picked(
        "Document", "doc", list(found), next(iter(found)), lambda key: shown(found[key])
    )
    then = switched("Known", "known", [THEN, NOW], THEN) == THEN
    left, right = st.columns([2, 3])
    with left.container(border=True, height="stretch"):
        document_card(found[chosen])
    with right.container(border=True, height="stretch"):
        neighbours_card(kind, memory_data.neighbours(state, chosen, then=then), then=then)
with st.container(border=True):
    uses_card(memory_data.uses(state))
