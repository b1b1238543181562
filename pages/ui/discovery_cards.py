"""Discovery's cards: the list, the pickers' scores, their reasons, where they part, what moved."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.clock import in_new_york
from core.commands import JobKind
from core.desk.watching import discovery_stream
from core.discovery.sectors import told_by
from core.discovery.watchlist import Watchlist
from core.schemas.suggestion import Pick, Picker
from pages.ui import discovery_data
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing
from pages.ui.components import bullet_lines
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.figure import figure
from pages.ui.format import day, moment
from pages.ui.safe import cell, safe
from pages.ui.strategy_jobs_card import Offer, strategy_jobs_card
from pages.ui.watch_controls import watch_controls
from pages.ui.week_charts import Scale, review_heatmap
from storage.queries.discovery import RoundDetail, WatchMove

NOW = (
    Offer(
        JobKind.DISCOVERY,
        "Look through the market now",
        "One round of all pickers; the model picker is asked as well.",
    ),
    Offer(
        JobKind.MEASURE,
        "Measure now",
        "What suggestions brought and what the market was like, as far as closes are known.",
    ),
)
SHOWN = 20
"""Rows of the heat map and of the reasons: as many as a watchlist holds."""
PICKERS = (Picker.METRIC, Picker.FUZZY, Picker.LLM)


def now_card() -> None:
    """A round and a measurement at once, for operators."""
    strategy_jobs_card("At once", "while the scheduler runs, both are done by themselves", NOW)


def figures(detail: RoundDetail, watchlist: Watchlist) -> None:
    """Four numbers of the newest look."""
    ran, size = detail.ran, watchlist.max_size
    suggested, parted = len(detail.suggestions), len(detail.parted)
    with st.grid(4, min_column_width=150, gap="small"):
        stream = discovery_stream(ran.strategy)
        figure(
            "On the watchlist", f"{len(watchlist.entries)} of {size}", "as it is now", stream=stream
        )
        figure(
            "Looked at", f"{ran.looked_at:,}", f"of {ran.universe:,} listed", event=detail.event_id
        )
        figure(
            "Suggested",
            f"{suggested}",
            "traded or not",
            type="SymbolsSuggested",
            text=ran.round_id,
        )
        figure(
            "Pickers part on",
            f"{parted}",
            "filters no, model yes",
            type="PickersDiverged",
            text=ran.round_id,
        )


def watchlist_card(strategy: str, watchlist: Watchlist) -> None:
    """The list with who put each symbol there; below it people's controls."""
    card_head(
        "Watchlist",
        "pinned symbols first, then by rank; people's words are never overridden",
        stream=discovery_stream(strategy),
    )
    if watchlist.entries:
        st.dataframe(
            _entries(watchlist),
            hide_index=True,
            height="content",
            column_config={
                "score": st.column_config.ProgressColumn(
                    min_value=0, max_value=1, format="%.2f", width="small"
                ),
                "reason": st.column_config.TextColumn(width="large"),
            },
            alt="The watchlist",
        )
    else:
        st.markdown(":gray[Nothing is on the list: run a round, or include a symbol.]")
    for word in watchlist.excluded.values():
        st.markdown(
            f":gray[:small[Excluded: {safe(word.symbol)} by {safe(word.by)}, {safe(word.reason)}]]"
        )
    watch_controls(strategy, watchlist.max_size)


def _entries(watchlist: Watchlist) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "symbol": entry.symbol,
                "score": entry.score,
                "put there by": "a person or the file" if entry.pinned else entry.source.value,
                "since": moment(entry.added_at),
                "reason": cell(entry.reason),
            }
            for entry in watchlist.entries
        ]
    )


def scores_card(state: StoreState, detail: RoundDetail) -> None:
    """Every picker's score of the best suggestions as a map."""
    card_head(
        "Scores",
        f"0 to 1; the best {min(SHOWN, len(detail.suggestions))} of {len(detail.suggestions)} "
        "suggestions, a cell is empty where a picker did not pick",
        event=detail.event_id,
    )
    if not detail.suggestions:
        st.markdown(":gray[Nothing was suggested.]")
        return
    draw_kept(_heatmap, state, detail.ran.round_id, alt="Scores by symbol and picker, 0 to 1")


def _heatmap(state: StoreState, round_id: str) -> Drawing:
    detail = discovery_data.one_round(state, round_id)
    assert detail is not None  # the card shows it
    rows = []
    for one in detail.suggestions[:SHOWN]:
        found = {_column(detail, pick.picker): pick.score for pick in one.picks if pick.picked}
        for column, value in {"ensemble": one.score, **found}.items():
            told = f"{one.symbol}, rank {one.rank}"
            rows.append({"row": one.symbol, "column": column, "value": value, "told": told})
    return review_heatmap(
        pd.DataFrame(rows),
        [one.symbol for one in detail.suggestions[:SHOWN]],
        [*(_column(detail, picker) for picker in PICKERS), "ensemble"],
        Scale("score, 0 to 1", 0.0, 1.0, 2),
    )


def _column(detail: RoundDetail, picker: Picker) -> str:
    """A picker as a column; where rules answered for the model, they are named."""
    models = detail.ran.models
    stood_in = picker is Picker.LLM and bool(models) and models[0].startswith("rules/")
    return models[0] if stood_in else picker.value


def reasons_card(detail: RoundDetail) -> None:
    """One symbol at a time: what each picker said, and what it did not know, side by side."""
    card_head("Reasons", "in the pickers' own words", event=detail.event_id)
    symbols = [one.symbol for one in detail.suggestions]
    if not symbols:
        st.markdown(":gray[Nothing was suggested.]")
        return
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    chosen = left.selectbox("Symbol", symbols, key="symbol", bind="query-params")
    one = next((one for one in detail.suggestions if one.symbol == chosen), detail.suggestions[0])
    right.markdown(f"**{safe(one.symbol)}** :gray[rank {one.rank}, last close ${one.price:,.2f}]")
    with st.grid(3, min_column_width=240, gap="medium"):
        for pick in one.picks:
            with st.container():
                _said(pick, _column(detail, pick.picker))


def _said(pick: Pick, name: str) -> None:
    word = "picked" if pick.picked else "not picked"
    parts = ", ".join(f"{safe(name)} {value:.2f}" for name, value in pick.parts.items())
    st.markdown(
        f"**{safe(name)}** :gray[{word}, score {pick.score:.2f}]"
        + (f"  \n:gray[:small[{parts}]]" if parts else "")
    )
    lines = [f":small[{safe(reason)}]" for reason in pick.reasons]
    lines += [f":gray[:small[unknown: {safe(words)}]]" for words in pick.unknown]
    if lines:
        bullet_lines(lines)


def parted_card(detail: RoundDetail) -> None:
    """Symbols the filters refuse and the model picks, both reasons side by side."""
    card_head(
        "Filters say no, the model says yes",
        "each is told as an alert: the filters are wrong, or the model is",
        type="PickersDiverged",
        text=detail.ran.round_id,
    )
    if not detail.parted:
        st.markdown(":gray[The pickers do not contradict each other.]")
        return
    frame = pd.DataFrame(
        [
            {
                "symbol": pair.symbol,
                "filters": cell("; ".join(_against(pair.metric))),
                "model": cell("; ".join(pair.llm.reasons)),
            }
            for pair in detail.parted
        ]
    )
    st.dataframe(frame, hide_index=True, height="content", alt="Where filters and model part")


def _against(pick: Pick) -> list[str]:
    """What speaks against a refused symbol: what failed, and what had to be known."""
    told = [*pick.reasons, *pick.unknown]
    return [words for words in told if ": no, " in words or "not picked" in words] or told


def round_card(detail: RoundDetail) -> None:
    """What the round looked at, what it left out, and who did not speak."""
    ran = detail.ran
    card_head("This round", f"settings {ran.settings[:12]}", event=detail.event_id)
    weights = ", ".join(f"{name} {weight:.0%}" for name, weight in ran.weights.items())
    picked = ", ".join(f"{name} {count:,}" for name, count in ran.picked.items())
    adjusted = "adjusted" if ran.adjusted else "unadjusted"
    names = ", ".join(safe(name) for name in ran.dropped_names)
    lines = [
        f"Listed {safe(ran.universe_source)} on {day(ran.universe_day)}",
        f"Prices {safe(ran.source)} ({safe(ran.feed or 'no feed named')}), {adjusted}",
        f"{ran.sessions} sessions to {day(ran.last_session)}",
        f"Sectors: {safe(told_by(ran.sectors, ran.sectors_day, in_new_york(ran.as_of).date()))}",
        f"Other facts: {safe(ran.facts_source)}",
        f"Picked: {picked}",
        f"Weights: {weights}",
        *(f"Left out: {count:,} {safe(why)}" for why, count in ran.dropped.items()),
        *([f"Dropped names of the model: {names}"] if names else []),
        *(safe(note) for note in ran.notes),
    ]
    bullet_lines(f":small[{line}]" for line in lines)


def moves_card(strategy: str, moves: tuple[WatchMove, ...]) -> None:
    """What came and went, the newest first."""
    card_head("Came and went", "the newest first", stream=discovery_stream(strategy))
    if not moves:
        st.markdown(":gray[Nothing has moved yet.]")
        return
    frame = pd.DataFrame(
        [
            {
                "when": moment(move.at),
                "symbol": move.symbol,
                "what": move.what,
                "by": cell(move.by, 60),
                "reason": cell(move.reason),
            }
            for move in moves
        ]
    )
    st.dataframe(frame, hide_index=True, height=300, alt="What came onto the list and left it")
