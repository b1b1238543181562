"""The seats side by side: each with its pitch, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.schemas.pitch import Abstention, Comparison, InvalidationRule, Pitch, PitchIndicator
from core.types import AccountId, WeekId
from pages.ui import data
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing
from pages.ui.components import bullets, card_title, labelled, who
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.evidence import events_behind
from pages.ui.format import conviction, percent, trade, words
from pages.ui.pitch_values import value_of
from pages.ui.safe import safe
from pages.ui.sentences import HORIZONS
from pages.ui.theme import ACCENT, PEER
from pages.ui.week_charts import indicator_bullets
from pages.ui.week_data import shown
from storage.queries import AccountLabel, WeekDetail

ROOM = 1.15
Labels = Mapping[AccountId, AccountLabel]


def pitch_cards(state: StoreState, detail: WeekDetail, labels: Labels) -> None:
    """One card a seat, in the order of the accounts."""
    seats: list[Pitch | Abstention] = [*detail.pitches, *detail.abstentions]
    if not seats:
        st.markdown(":gray[The seats have not pitched yet.]")
        return
    if detail.abstentions:
        st.markdown(f":orange-badge[{detail.summary.received}] of the seats gave a usable pitch.")
    ordered = sorted(seats, key=lambda seat: (len(seat.account_id), seat.account_id))
    for row in _rows(ordered, 4):
        for column, seat in zip(st.columns(len(row)), row, strict=True):
            with column.container(border=True, height="stretch"):
                if isinstance(seat, Pitch):
                    _pitch(seat, detail, labels)
                else:
                    _abstention(seat, labels)
    indicators_card(state, detail)


def _rows(seats: Sequence[Pitch | Abstention], width: int) -> list[Sequence[Pitch | Abstention]]:
    return [seats[start : start + width] for start in range(0, len(seats), width)]


def _pitch(pitch: Pitch, detail: WeekDetail, labels: Labels) -> None:
    chosen = detail.decision is not None and detail.decision.backed_by == pitch.idea_id
    name = who(labels.get(pitch.account_id), pitch.account_id)
    card_title(name)
    st.markdown(f"### {safe(trade(pitch.instrument, pitch.direction))}")
    st.markdown(f"conviction **{conviction(pitch.conviction)}** · {HORIZONS[pitch.horizon]}")
    if chosen:
        st.badge("chosen by the chairman", color="primary")
    bullets(pitch.thesis_bullets)
    labelled("Invalid if", pitch.invalidation)
    with st.expander("Rules and risk"):
        st.markdown(":gray[Rules that code checks]")
        bullets(_rule(one) for one in pitch.invalidation_rules)
        labelled("Risk", pitch.risk_notes)
        stand = pitch.consensus_map
        labelled(
            "Stand to the research",
            f"pack A {stand.gemini_research or 'missing'}, "
            f"pack B {stand.perplexity_research or 'missing'}",
        )
        labelled("Size hint, never used", percent(pitch.position_size_hint, 0))
    events_behind(week=pitch.week_id, type="PitchesCollected")


def _abstention(seat: Abstention, labels: Labels) -> None:
    card_title(who(labels.get(seat.account_id), seat.account_id))
    st.markdown("### Abstained")
    st.badge(f"no usable answer in {seat.attempts} attempts", color="orange")
    labelled("Why", seat.reason)
    st.caption("The account stays FLAT this week.")


def indicators_card(state: StoreState, detail: WeekDetail) -> None:
    """Frozen on Wednesday: a bar to each value, a line where the thesis would stop holding."""
    if not any(pitch.indicators for pitch in detail.pitches):
        return
    week_id = detail.summary.week_id
    with st.container(border=True):
        card_head(
            "Indicators against their thresholds",
            "frozen on Wednesday; the line is where a thesis stops holding, each row has its own scale",
            week=week_id,
            type="PitchesCollected",
        )
        words = "Every pitch's indicators against their thresholds"
        draw_kept(_bullets, state, week_id, alt=words)


def _bullets(state: StoreState, week_id: WeekId) -> Drawing:
    pitches, labels = shown(state, week_id).detail.pitches, data.labels(state)
    rows = [_bullet(one, _seat(pitch, labels)) for pitch in pitches for one in pitch.indicators]
    return indicator_bullets(pd.DataFrame(rows))


def _seat(pitch: Pitch, labels: Labels) -> str:
    label = labels.get(pitch.account_id)
    return label.name if label else pitch.account_id


def _bullet(one: PitchIndicator, seat: str) -> dict[str, object]:
    """Places on the row's own range, which holds zero, the value and the threshold, and some room."""
    low, high = min(0.0, one.value, one.threshold), max(0.0, one.value, one.threshold)
    low, high = low * ROOM, high * ROOM
    whole = (high - low) or 1.0
    holds = (
        one.value > one.threshold
        if one.direction is Comparison.ABOVE
        else (one.value < one.threshold)
    )
    sign = ">" if one.direction is Comparison.ABOVE else "<"
    wanted = f"{sign} {value_of(one.name, one.threshold)}"
    return {
        "name": f"{seat}: {words(one.name)}",
        "words": f"{value_of(one.name, one.value)}, {'' if holds else 'not '}{wanted}",
        "begin": (min(0.0, one.value) - low) / whole,
        "end": (max(0.0, one.value) - low) / whole,
        "at": (one.threshold - low) / whole,
        "role": ACCENT if holds else PEER,
    }


def _rule(rule: InvalidationRule) -> str:
    level = (
        f"Wednesday's {words(rule.level)}"
        if rule.level
        else value_of(rule.operand, rule.threshold or 0.0)
    )
    return f"{words(rule.operand)} {rule.comparison} {level}"
