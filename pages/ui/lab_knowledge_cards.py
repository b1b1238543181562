"""Which models may have known how a week went, by their knowledge cut-offs as the runs recorded them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.rules.contamination import Knowledge
from pages.ui.card_head import card_head
from pages.ui.lab_data import RecordHead
from pages.ui.lab_words import STATES, Labels
from pages.ui.safe import safe
from storage.queries.lab_knowledge import ModelRecord, Witness


def contamination_note(head: RecordHead, witnesses: Sequence[Witness], *, clean: bool) -> None:
    """Says beside every number whose weeks may be memory instead of judgement."""
    weeks = set(head.weeks)
    suspects = Counter(
        one.record.name
        for one in witnesses
        if one.week_id in weeks and one.state is not Knowledge.CLEAN
    )
    if not suspects:
        return
    names = ", ".join(f"{safe(name)} ({count})" for name, count in suspects.most_common())
    counted = "left out" if clean else "counted here all the same"
    st.markdown(
        f":orange-badge[contaminated] Weeks that a model may have known when it was asked, {counted}: "
        f"{names}."
    )


def knowledge_card(head: RecordHead, witnesses: Sequence[Witness], labels: Labels) -> None:
    """One row a seat and model, with how many of its weeks it may have known."""
    card_head(
        "Knowledge of the models",
        "contaminated: the cut-off lies on or after the week's Wednesday; may be known: no cut-off on "
        "record, and the week was over when the model was asked",
        type="SettingsRecorded",
    )
    weeks = set(head.weeks)
    found: dict[tuple[str, ModelRecord], list[Knowledge]] = defaultdict(list)
    for one in witnesses:
        if one.week_id in weeks:
            found[one.seat, one.record].append(one.state)
    st.dataframe(
        pd.DataFrame(
            [_row(*key, states, labels) for key, states in sorted(found.items(), key=_by_seat)]
        ),
        hide_index=True,
        placeholder="unknown",
        height="content",
        alt="Knowledge cut-off of every model that spoke, and the weeks it may have known",
    )


def _by_seat(item: tuple[tuple[str, ModelRecord], list[Knowledge]]) -> tuple[str, str]:
    return item[0][0], item[0][1].model


def _row(
    seat: str, model: ModelRecord, states: Sequence[Knowledge], labels: Labels
) -> dict[str, object]:
    known = next((label for key, label in labels.items() if key == seat), None)
    cutoff = "computed, knows nothing" if model.computed else None
    return {
        "seat": known.name if known else seat.capitalize().replace("/", " "),
        "model": model.model,
        "knowledge cut-off": cutoff or (model.cutoff.isoformat() if model.cutoff else None),
        "source": "" if model.computed else model.source,
        "weeks": len(states),
        **{STATES[state]: states.count(state) for state in Knowledge},
    }
