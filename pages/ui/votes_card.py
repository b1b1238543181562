"""The chairman's decision beside the votes: what each way to choose would have picked."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.rules.tally import Agreement, Tally, Way
from core.rules.votes import WeekKind
from core.types import WeekId
from pages.ui.card_head import card_head
from pages.ui.format import conviction, number, trade
from pages.ui.week_data import Votes

SAID = {
    WeekKind.UNANIMOUS: "All seats pitched the same trade, and so it was decided.",
    WeekKind.SPLIT: "The seats did not agree, and no majority was overruled.",
    WeekKind.OVERRULED: "The chairman went against the majority of the seats.",
    WeekKind.NO_COUNCIL: "No council: nobody decided, so nobody was overruled.",
}
TOLD = 2
SUPPORT = "Votes, conviction points, mean score of 10, or mean rank (1 is best) behind the pick."
MARK = {Agreement.SAME: "agrees", Agreement.TIED: "tied", Agreement.OTHER: "differs"}


def votes_card(votes: Votes | None, week_id: WeekId) -> None:
    card_head(
        "Beside the votes",
        "the same pitches, chosen in other ways; the lab trades each of them",
        week=week_id,
        type="PitchesCollected",
    )
    if votes is None or not votes.tallies:
        st.markdown(":gray[There is no decision over pitches to compare yet.]")
        return
    st.markdown(SAID[votes.kind])
    st.dataframe(
        pd.DataFrame([_row(one) for one in votes.tallies]),
        hide_index=True,
        height="content",
        alt="What each way to choose would have picked, beside the chairman",
        column_config={"support": st.column_config.TextColumn(help=SUPPORT)},
    )


def _row(one: Tally) -> dict[str, object]:
    return {
        "way": str(one.way),
        "chairman": MARK[one.agreement],
        "support": _support(one),
        "pick": _pick(one),
    }


def _pick(one: Tally) -> str:
    if not one.mix:
        return "FLAT"
    found = [
        f"{trade(choice.instrument, choice.direction)} {conviction(choice.conviction)}"
        if choice.conviction
        else "FLAT"
        for choice, _ in one.mix
    ]
    picks = list(dict.fromkeys(found))
    return f"{len(picks)} picks tied" if len(picks) > TOLD else " or ".join(picks)


def _support(one: Tally) -> str:
    if one.way is Way.PLURALITY:
        return f"{one.support:.0f} of {one.whole:.0f}"
    if one.way is Way.CONVICTION:
        return f"{number(one.support)} of {number(one.whole)}"
    if one.way is Way.SCORE:
        return f"{number(one.support, 1)} of {one.whole:.0f}"
    return number(one.support, 1)
