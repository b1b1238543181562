"""Who really answered, how often, and what it cost: every stage and model of a week."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.profile import RULES_VENDOR
from core.schemas.model_call import CostSource
from pages.ui.card_head import card_head
from pages.ui.components import bullets
from pages.ui.format import dollars, words
from storage.queries.costs import CostLine, WeekCosts

SOURCES = {CostSource.PROVIDER: "provider", CostSource.PRICE_TABLE: "price table"}


def calls_card(costs: WeekCosts) -> None:
    """A week of rules paid nobody and says so; a stand-in is named beside whom it stood in for."""
    paid = [line for line in costs.lines if not line.model.startswith(f"{RULES_VENDOR}/")]
    with st.container(border=True):
        note = "tokens as the providers counted them, cost in US dollars"
        card_head(
            "Who answered", note if paid else "", week=costs.week_id, type="ModelCallCompleted"
        )
        if not paid:
            st.markdown(":gray[No model was paid: rules answered.]")
            return
        st.markdown(
            f"**{dollars(costs.total_usd, 2)}** for {sum(line.calls for line in paid)} calls"
        )
        st.dataframe(_frame(paid), hide_index=True, width="stretch")
        if notes := _notes(costs):
            bullets(notes)


def _frame(lines: list[CostLine]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "stage": [words(line.stage) for line in lines],
            "asked": [line.model for line in lines],
            "answered by": [", ".join(line.served) or "nobody" for line in lines],
            "cost, $": [float(line.cost_usd) for line in lines],
            "figure from": [_sources(line) for line in lines],
            "calls": [line.calls for line in lines],
            "failed": [line.failed for line in lines],
            "to a deputy": [line.fell_back for line in lines],
            "tokens in": [line.prompt_tokens for line in lines],
            "tokens out": [line.completion_tokens for line in lines],
        }
    )


def _sources(line: CostLine) -> str:
    named = [name for source, name in SOURCES.items() if source in line.cost]
    return ", ".join([*named, *([f"{line.unknown} unknown"] if line.unknown else [])]) or "free"


def _notes(costs: WeekCosts) -> list[str]:
    stops = [
        f"Stopped before {stop.call}: {dollars(stop.spent_usd, 2)} of {dollars(stop.limit_usd, 2)} were spent"
        for stop in costs.stops
    ]
    open_calls = [
        f"{call} has no recorded end: it may have been billed" for call in costs.unanswered
    ]
    return [*stops, *open_calls]
