"""What suggestions brought: the league of pickers, its targets, paper money and the newest returns."""

from __future__ import annotations

from collections import Counter

import altair as alt
import pandas as pd
import streamlit as st

from core.desk.watching import forward_stream
from core.rules.picker_performance import Estimate, PickerRecord, Reached, Target
from pages.ui import discovery_data
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing
from pages.ui.components import bullet_lines
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.format import day, number, percent, signed_percent
from pages.ui.theme import SMALL_CHART_HEIGHT
from storage.queries.forward_returns import League, MeasuredReturn

MOST_POINTS = 250
BASIS_POINTS = 10_000
SHARES = ("win rate", "suggestion to trade")
WORDS = {Reached.YES: "green", Reached.NO: "red", Reached.TOO_EARLY: "gray"}


def league_card(strategy: str, league: League) -> None:
    """Each picker's suggestions over 1, 5 and 20 sessions, with 95 % intervals."""
    span = f", {day(league.first)} to {day(league.last)}" if league.first and league.last else ""
    card_head(
        "Who picks well",
        f"returns from the first price after a suggestion, traded or not, {league.days} days"
        f"{span}; in brackets 95 % intervals over days, empty while it is too early",
        stream=forward_stream(strategy),
    )
    if not league.days:
        st.markdown(
            ":gray[No suggestion's first session is over yet, or none was measured: the scheduler does "
            "it after each close, `cli.py discovery measure` at once.]"
        )
        return
    frame = pd.DataFrame([_line(one) for one in league.records])
    st.dataframe(frame, hide_index=True, height="content", alt="Pickers by what they brought")
    left = sum(one.holes + one.no_entry + one.splits for one in league.records)
    if left:
        st.markdown(
            ":gray[:small[Left out of averages, never filled in: a missing last bar, no price after "
            "the suggestion, a suspected split. Delisted symbols count at their last price.]]"
        )


def _line(one: PickerRecord) -> dict[str, object]:
    left_out = {"hole": one.holes, "no price": one.no_entry, "split?": one.splits}
    told = [f"{count} {name}" for name, count in left_out.items() if count]
    ratio = one.information_ratio
    return {
        "sessions": one.horizon,
        "picker": one.picker.value,
        "suggested": one.suggested,
        "above 0": share_told(one.hit_rate),
        "mean": mean_told(one.mean),
        "beyond benchmark": mean_told(one.excess),
        "traded": share_told(one.traded),
        "info ratio": "" if ratio is None else number(ratio),
        "left out": ", ".join(told),
        "delisted": one.delisted,
    }


def share_told(one: Estimate) -> str:
    """A share with its interval, within 0 and 1."""
    if one.interval is None:
        return percent(one.value)
    low, high = max(0.0, one.interval.low), min(1.0, one.interval.high)
    return f"{percent(one.value)} [{percent(low, 0)}, {percent(high, 0)}]"


def mean_told(one: Estimate) -> str:
    """A return with its sign and its interval."""
    if one.interval is None:
        return signed_percent(one.value, 2)
    low, high = (signed_percent(end, 2) for end in (one.interval.low, one.interval.high))
    return f"{signed_percent(one.value, 2)} [{low}, {high}]"


def targets_card(strategy: str, league: League) -> None:
    """What was set as a goal, and what the interval says of it."""
    best = league.best.value if league.best else "nobody yet"
    card_head(
        "Targets",
        f"of the ensemble over five sessions; best single picker by hindsight: {best}",
        stream=forward_stream(strategy),
    )
    bullet_lines(_target(one) for one in league.targets)


def _target(one: Target) -> str:
    value = Estimate(one.value, one.interval)
    found = share_told(value) if one.name in SHARES else mean_told(value)
    badge = f":{WORDS[one.reached]}-badge[{one.reached.value}]"
    return f"{one.name} > {percent(one.least, 0)} {badge}  \n:gray[:small[found {found}]]"


def paper_card(state: StoreState, strategy: str, league: League) -> None:
    """Money on paper alone: each day's suggestions in equal parts, held five sessions."""
    cost = "" if league.round_trip is None else f"{league.round_trip * BASIS_POINTS:.1f} bp"
    card_head(
        "On paper, nothing was traded",
        f"equal parts, held five sessions, {cost or 'costs'} a purchase and sale, 100 at the start",
        stream=forward_stream(strategy),
    )
    if not league.paper:
        st.markdown(":gray[No suggestion is five sessions old yet.]")
        return
    draw_kept(_paper, state, strategy, alt="Paper money by picker, 100 at the start")


def _paper(state: StoreState, strategy: str) -> Drawing:
    league = discovery_data.league(state, strategy)
    rows = [
        {"day": point.day.isoformat(), "picker": picker.value, "worth": 100 * point.value}
        for picker, points in league.paper
        for point in points[-1 :: -max(1, -(-len(points) // MOST_POINTS))]
    ]
    lines = alt.Chart(pd.DataFrame(rows)).mark_line(point=len(rows) < 40)
    drawn: alt.Chart = lines.encode(
        x=alt.X("day:T", title=None, axis=alt.Axis(format="%d %b %y", grid=False, tickCount=5)),
        y=alt.Y("worth:Q", title="worth, 100 at the start", scale=alt.Scale(zero=False)),
        color=alt.Color("picker:N", title=None, legend=alt.Legend(orient="top")),
        tooltip=[
            alt.Tooltip("picker:N"),
            alt.Tooltip("day:T", title="suggested on", format="%a %d %b %Y"),
            alt.Tooltip("worth:Q", format=".2f"),
        ],
    )
    return drawn.properties(height=SMALL_CHART_HEIGHT)


def returns_card(strategy: str, returns: tuple[MeasuredReturn, ...]) -> None:
    """The returns decided last, each with what is to be said of it; rounds that say the same as one."""
    card_head("Newest returns", "decided last, by rank", stream=forward_stream(strategy))
    lines = Counter(_returned(one) for one in returns)
    frame = pd.DataFrame([{**dict(line), "rounds": rounds} for line, rounds in lines.items()])
    st.dataframe(frame, hide_index=True, height=300, alt="The returns decided last")


def _returned(one: MeasuredReturn) -> tuple[tuple[str, object], ...]:
    return (
        ("known since", day(one.known)),
        ("symbol", one.symbol),
        ("sessions", one.horizon),
        ("return", signed_percent(one.returned, 2)),
        ("benchmark", signed_percent(one.benchmark, 2)),
        ("picked by", ", ".join(one.picked_by)),
        ("traded", "yes" if one.traded else ""),
        ("word", one.status + (", suspected split" if one.splits else "")),
    )
