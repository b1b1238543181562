"""The providers section: who was asked, how they answered, how long it took and what it cost."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.profile import RULES_VENDOR
from pages.ui import providers_data
from pages.ui.card_head import card_head
from pages.ui.data import StoreState
from pages.ui.format import dollars, duration, percent, short_moment
from pages.ui.providers_charts import cost_bars, cost_by_model, latency_spans
from pages.ui.providers_data import WINDOWS, Behaviour
from pages.ui.safe import cell, visible
from storage.queries.providers import ModelLine
from storage.queries.step_downs import LOOKED_AT, RESEARCH, StepDown

DEFAULT, TROUBLE_SIGNS = "13 weeks", 200


def providers_section(state: StoreState) -> None:
    """The window is in the address: ``span=52 weeks``."""
    window = st.segmented_control(
        "Window", list(WINDOWS), default=DEFAULT, key="span", required=True, bind="query-params"
    )
    seen = providers_data.behaviour(state, window or DEFAULT)
    with st.container(border=True):
        _models(seen.models)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        _latency(seen.models)
    with right.container(border=True, height="stretch"):
        _totals(seen.models)
    with st.container(border=True):
        _cost(seen)
    with st.container(border=True):
        _steps(seen.steps)


def _models(lines: Sequence[ModelLine]) -> None:
    card_head("Models and researchers", "every call of the window", type="ModelCallCompleted")
    if not lines:
        st.markdown(":gray[Nobody was asked in these weeks.]")
        return
    st.dataframe(
        pd.DataFrame([_row(line) for line in lines]),
        hide_index=True,
        height="content",
        alt="Calls, failures, fallbacks and waiting times by model",
        column_config={
            "failed": st.column_config.NumberColumn(help="gave no usable answer"),
            "to a deputy": st.column_config.NumberColumn(help="the next in the chain was asked"),
            "p50": st.column_config.TextColumn(help="half of the answers took no longer"),
            "p95": st.column_config.TextColumn(help="95 in 100 answers took no longer"),
            "newest trouble": st.column_config.TextColumn(width="large"),
        },
    )


def _row(line: ModelLine) -> dict[str, object]:
    lost = line.failed + line.fell_back
    return {
        "model": visible(line.model),
        "calls": line.calls,
        "failed": line.failed,
        "to a deputy": line.fell_back,
        "without answer": percent(lost / line.calls if line.calls else None),
        "p50": _seconds(line.p50_ms),
        "p95": _seconds(line.p95_ms),
        "cost": "free" if line.model.startswith(f"{RULES_VENDOR}/") else dollars(line.usd, 2),
        "newest trouble": cell(line.trouble, TROUBLE_SIGNS),
    }


def _seconds(milliseconds: float | None) -> str:
    return duration(None if milliseconds is None else milliseconds / 1000)


def _latency(lines: Sequence[ModelLine]) -> None:
    card_head(
        "How long answers took",
        "answered calls: from the median (dot) to the 95th percentile",
        type="ModelCallCompleted",
    )
    timed = [line for line in lines if line.p50_ms is not None and line.p95_ms is not None]
    if not timed:
        st.markdown(":gray[No answer of these weeks has a time on record.]")
        return
    frame = pd.DataFrame(
        {
            "model": [visible(line.model) for line in timed],
            "p50": [(line.p50_ms or 0) / 1000 for line in timed],
            "p95": [(line.p95_ms or 0) / 1000 for line in timed],
        }
    )
    st.altair_chart(latency_spans(frame), alt="Median and 95th percentile of seconds by model")


def _totals(lines: Sequence[ModelLine]) -> None:
    paid = [line for line in lines if line.usd]
    total = sum(line.usd for line in paid)
    card_head(
        "Cost by model",
        f"{dollars(total, 2)} in these weeks" if paid else "",
        type="ModelCallCompleted",
    )
    if not paid:
        st.markdown(":gray[Nothing was billed in these weeks: rules are free.]")
        return
    frame = pd.DataFrame(
        {"model": [visible(line.model) for line in paid], "usd": [line.usd for line in paid]}
    )
    st.altair_chart(cost_by_model(frame), alt="US dollars by model")


def _cost(seen: Behaviour) -> None:
    card_head(
        "Cost by month" if seen.monthly else "Cost by week",
        "as billed, stacked by model",
        type="ModelCallCompleted",
    )
    if seen.cost.empty:
        st.markdown(":gray[Nothing was billed in these weeks.]")
        return
    shown = seen.cost.assign(model=seen.cost["model"].map(visible))
    st.altair_chart(
        cost_bars(shown, monthly=seen.monthly), alt="US dollars over time, stacked by model"
    )


def _steps(steps: Sequence[StepDown]) -> None:
    card_head(
        "Steps down a chain",
        f"researchers and price sources that were passed over; the newest {LOOKED_AT} of each",
        type=RESEARCH,
    )
    if not steps:
        st.markdown(":gray[Every first choice answered.]")
        return
    rows = [
        {
            "chain": "research" if one.type == RESEARCH else "market",
            "asked": visible(one.asked),
            "then": visible(one.then),
            "times": one.times,
            "last": short_moment(one.last),
            "why": cell(one.why, TROUBLE_SIGNS),
        }
        for one in steps
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", alt="Steps down a chain")
