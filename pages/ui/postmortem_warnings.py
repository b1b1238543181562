"""Cards of what reviewers had said: the best argument against each pitch, and every warning."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.rules import postmortem_tally as tally
from core.schemas.postmortem import Postmortem
from core.schemas.postmortem_scores import Outcome, WarningScore
from pages.ui.card_head import card_head
from pages.ui.components import who
from pages.ui.format import day, signed_dollars, words
from pages.ui.postmortem_cards import Labels, scored, shown
from pages.ui.safe import safe
from storage.queries import WeekDetail

CLOSE_OF, UNREAD = "a close of ", "no price code can read"
COLOUR = {Outcome.YES: "orange", Outcome.NO: "gray", Outcome.UNDECIDED: "gray"}


def counter_card(report: Postmortem, detail: WeekDetail, labels: Labels) -> None:
    """The harshest reviewer's argument about each pitch, and whether its price came."""
    scores = scored(report)
    with st.container(border=True):
        card_head(
            "Best argument against each pitch",
            "from the reviewer with the lowest mean score; it came true when a close of the week met the "
            "one price its flip condition names, and is undecided where code cannot read one",
            week=report.week_id,
            type="PeerReviewsCollected",
        )
        found = tally.counters(scores)
        if not found:
            st.markdown(":gray[Nobody reviewed a pitch.]")
            return
        reviews = {one.review_id: one for one in detail.reviews}
        with st.grid(2, min_column_width=300, gap="medium") as grid:
            for one in found:
                with grid.cell():
                    review = reviews.get(one.review_id)
                    _counter(one, labels)
                    if review is not None:
                        st.markdown(
                            f"{safe(review.best_argument_against)}  \n"
                            f":gray[Would flip: {safe(review.one_flip_condition)}]"
                        )


def _counter(one: WarningScore, labels: Labels) -> None:
    pitched = who(labels.get(one.pitch_account_id), one.pitch_account_id)
    reviewer = who(labels.get(one.reviewer_account_id), one.reviewer_account_id)
    said = {Outcome.YES: "came true", Outcome.NO: "did not come true"}.get(
        one.came_true, "undecided"
    )
    on = f" on {day(one.met_on)}" if one.met_on else ""
    st.markdown(
        f"**{pitched}** :{COLOUR[one.came_true]}-badge[{said}{on}]  \n"
        f":gray[:small[{reviewer}, mean {one.mean:.1f} of 10]]"
    )


def warnings_card(report: Postmortem, labels: Labels) -> None:
    """What each reviewer had scored lowest, and whether the pitch then lost money."""
    scores = scored(report)
    with st.container(border=True):
        card_head(
            "What each reviewer had warned of",
            f"a lowest score of {scores.warns_at} or less is a warning; it is confirmed when the "
            "pitch's account lost money in the week",
            week=report.week_id,
            type="PeerReviewsCollected",
        )
        if not scores.warnings:
            st.markdown(":gray[No pitch was reviewed.]")
            return
        every = st.toggle("Every review", key="every", bind="query-params")
        frame = pd.DataFrame(
            [
                {
                    "reviewer": shown(one.reviewer_account_id, labels),
                    "pitch of": shown(one.pitch_account_id, labels),
                    "lowest": f"{one.lowest} · {', '.join(map(words, one.lowest_names))}",
                    "its week": signed_dollars(one.pnl),
                    "warning": _warning(one),
                    "would flip at": (one.flip or UNREAD).removeprefix(CLOSE_OF),
                    "price came": one.came_true.value,
                }
                for one in scores.warnings
                if one.warned or every
            ]
        )
        if frame.empty:
            st.markdown(":gray[No reviewer scored anything that low.]")
            return
        st.dataframe(
            frame, hide_index=True, height="content", alt="Reviews as warnings and their outcome"
        )


def _warning(one: WarningScore) -> str:
    if not one.warned:
        return "none"
    return {Outcome.YES: "confirmed", Outcome.NO: "not confirmed"}.get(one.lost, "undecided")
