"""Every line of the lab: its growth, its return beside its coverage, what is missing for a rank."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.rules.lab_picks import CHAIRMAN, WITHOUT
from core.rules.lab_record import BENCHMARKS, LabRecord, LineRecord
from core.rules.statistics.paired import PairedDifference
from pages.ui import data, lab_data
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.format import UNKNOWN
from pages.ui.lab_charts import OTHER, growth_lines
from pages.ui.lab_data import Counted, Growth
from pages.ui.lab_words import NAMES, Labels, line_name, missing
from pages.ui.safe import safe
from pages.ui.theme import ACCENT, PEER


def line_cards(state: StoreState, counted: Counted, labels: Labels) -> None:
    """The whole view."""
    with st.container(border=True):
        _growth_card(state, counted, labels)
    with st.container(border=True):
        _table_card(lab_data.record(state, counted), labels)


def _growth_card(state: StoreState, counted: Counted, labels: Labels) -> None:
    card_head(
        "Shadow accounts",
        "same pitches, prices and costs; at the end of each week counted",
        type="UniverseMarked",
    )
    shown = _shown(lab_data.growth(state, counted), labels)
    chosen = st.selectbox(
        "In colour beside the chairman",
        [key for key in shown if key != CHAIRMAN],
        format_func=shown.__getitem__,
        key="line",
        bind="query-params",
    )
    words = "Growth of 100,000 dollars on every line of the lab"
    draw_kept(_drawn, state, counted, chosen, alt=words)
    other = f" and {safe(shown[chosen])}" if chosen in shown else ""
    st.caption(f"{NAMES[CHAIRMAN]}{other} in colour, every other line grey; hover for names.")


def _shown(growth: Growth, labels: Labels) -> dict[str, str]:
    """Names of the lines that are drawn, by key."""
    return {
        one.key: line_name(one, labels) for one in growth.tracks if not one.line.startswith(WITHOUT)
    }


def _drawn(state: StoreState, counted: Counted, chosen: str | None) -> Drawing:
    growth = lab_data.growth(state, counted)
    return growth_lines(_frame(growth, _shown(growth, data.labels(state)), chosen))


def _frame(growth: Growth, shown: Mapping[str, str], chosen: str | None) -> pd.DataFrame:
    """One row a point; the lines in colour come last, so that they are drawn on top."""
    roles = {CHAIRMAN: ACCENT, **({chosen: OTHER} if chosen in shown else {})}
    weeks = pd.to_datetime([str(week) for week in growth.weeks])
    columns = {one.key: worth for one, worth in zip(growth.tracks, growth.worth.T, strict=True)}
    parts = [
        pd.DataFrame(
            {
                "week": weeks,
                "line": shown[key],
                "worth": columns[key].round(0),
                "role": roles.get(key, PEER),
            }
        ).dropna()
        for key in sorted(shown, key=lambda key: (key in roles, key == CHAIRMAN))
    ]
    return pd.concat(parts).astype({"line": "category", "role": "category"})


def _table_card(record: LabRecord, labels: Labels) -> None:
    card_head(
        "Every line",
        "of the weeks counted: n weeks, closed trades; Sharpe of weekly returns, risk-free rate 0, 52 weeks "
        "a year; difference: the chairman's less the line's, percentage points a week",
        type="UniverseMarked",
    )
    percents = {"return": "%+.1f %%", "coverage": "%.0f %%"}
    numbers = {"Sharpe": "%.2f", "difference": "%+.2f", "detectable": "%.2f"}
    st.dataframe(
        pd.DataFrame([_row(one, labels) for one in record.lines]),
        hide_index=True,
        placeholder="n/a",
        height="content",
        alt="Return, coverage, evidence and difference of every line of the lab",
        column_config={
            **{
                name: st.column_config.NumberColumn(format=how)
                for name, how in {**percents, **numbers}.items()
            },
            "line": st.column_config.TextColumn(pinned=True, width="medium"),
            "rank": st.column_config.TextColumn(
                help="By total return, of lines with 13 weeks, 20 closed trades and coverage of 95 %."
            ),
            "detectable": st.column_config.NumberColumn(
                format="%.2f",
                help="Smallest true difference that 80 of 100 such records would find, pp a week.",
            ),
            "weeks needed": st.column_config.NumberColumn(
                help="Further weeks until an edge of 0.4 weekly standard deviations is found."
            ),
        },
    )


def _row(one: LineRecord, labels: Labels) -> dict[str, object]:
    known = one.standing.evidence
    return {
        "line": line_name(one.track, labels),
        "rank": _rank(one),
        "return": None if one.total_return is None else one.total_return * 100,
        "coverage": None if known.coverage is None else known.coverage * 100,
        "n": known.weeks,
        "trades": known.closed_trades,
        "Sharpe": one.sharpe,
        **_against(one.difference),
    }


def _rank(one: LineRecord) -> str:
    """The rank, or what is missing until there is one."""
    if one.track.line in BENCHMARKS:
        return "benchmark"
    if one.rank is None:
        return f"none: {missing(one.standing)}"
    return "1, best" if one.rank == 1 else str(one.rank)


def _against(found: PairedDifference | None) -> dict[str, object]:
    interval = found.interval if found else None
    least = found.smallest_detectable if found else None
    return {
        "difference": None if found is None or found.mean is None else found.mean * 100,
        "95 % interval": UNKNOWN
        if interval is None
        else f"{interval.low * 100:+.2f} to {interval.high * 100:+.2f}",
        "detectable": None if least is None else least * 100,
        "weeks needed": found.weeks_needed if found else None,
    }
