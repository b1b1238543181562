"""Peer review: who gave whom which score, and the strongest case against each pitch."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.schemas.review import SCORE_NAMES, PeerReview
from core.types import AccountId, WeekId
from pages.ui import data
from pages.ui.card_head import card_head
from pages.ui.charts import Drawing
from pages.ui.components import bullets, labelled, who
from pages.ui.data import StoreState
from pages.ui.drawing import draw_kept
from pages.ui.format import words
from pages.ui.safe import safe
from pages.ui.week_charts import Scale, review_heatmap
from pages.ui.week_data import WeekBoard, shown
from storage.queries import AccountLabel

VIEWS = ("mean", "spread", "rank", "all seven")
SEVEN = VIEWS[3]
ALL = "all reviewers"
NOTES = {
    "mean": "the mean of seven scores, 1 poor to 10 excellent",
    "spread": "deviation of the seven scores in points; below, between the reviewers' means",
    "rank": "the reviewer's order of preference, 1 the best; below, the mean rank",
    SEVEN: "every score of every reviewer, 1 poor to 10 excellent",
}
Labels = Mapping[AccountId, AccountLabel]


def review_cards(state: StoreState, board: WeekBoard, labels: Labels) -> None:
    """Scores as a map, arguments in words."""
    if not board.detail.reviews:
        st.markdown(":gray[No pitch has been reviewed yet.]")
        return
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _scores(state, board.detail.summary.week_id)
    with right.container(border=True, height="stretch"):
        _arguments(board, labels)


def _scores(state: StoreState, week_id: WeekId) -> None:
    card_head(
        "Scores",
        "labels were random, nobody saw a name",
        week=week_id,
        type="PeerReviewsCollected",
    )
    chosen = st.segmented_control(
        "Scores shown as",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key="scores",
        bind="query-params",
        label_visibility="collapsed",
    )
    view = chosen or VIEWS[0]
    st.caption(NOTES[view])
    words = f"Review scores as {view}, by reviewer and pitch"
    draw_kept(_heatmap, state, week_id, view, alt=words)


def _heatmap(state: StoreState, week_id: WeekId, view: str) -> Drawing:
    board, labels = shown(state, week_id), data.labels(state)
    return _seven(board, labels) if view == SEVEN else _square(board, labels, view)


def _square(board: WeekBoard, labels: Labels, view: str) -> Drawing:
    """Reviewer by pitch, and all reviewers together below."""
    rows = [
        {
            "row": _name(reviewer, labels),
            "column": _name(pitched, labels),
            "value": getattr(cell, view),
            "told": f"{_name(reviewer, labels)} on {_name(pitched, labels)}",
        }
        for (reviewer, pitched), cell in board.cells.items()
    ]
    rows += [
        {
            "row": ALL,
            "column": _name(pitched, labels),
            "value": getattr(verdict, view),
            "told": f"{verdict.reviews} reviewers on {_name(pitched, labels)}",
        }
        for pitched, verdict in board.verdicts.items()
    ]
    reviewers = dict.fromkeys(_name(one, labels) for one, _ in sorted(board.cells))
    return review_heatmap(
        pd.DataFrame(rows),
        [*reviewers, ALL],
        [_name(one, labels) for one in board.verdicts],
        _scale(view, len(board.verdicts)),
    )


def _scale(view: str, pitches: int) -> Scale:
    if view == "spread":
        return Scale("points", 0.0, 4.0, 1)
    if view == "rank":
        return Scale("rank, 1 is the best", float(max(pitches - 1, 2)), 1.0, 1)
    return Scale("score, 1 to 10", 1.0, 10.0, 1)


def _seven(board: WeekBoard, labels: Labels) -> Drawing:
    """Every reviewer of every pitch by the seven scores, pitch after pitch."""
    ordered = sorted(
        board.detail.reviews, key=lambda one: (one.pitch_account_id, one.reviewer_account_id)
    )
    rows = [
        {
            "row": _row(one, labels),
            "column": words(score),
            "value": value,
            "told": f"{_row(one, labels)}, shown as {one.anonymized_pitch_id}, place {one.position}",
        }
        for one in ordered
        for score, value in one.scores.by_name().items()
    ]
    return review_heatmap(
        pd.DataFrame(rows),
        [_row(one, labels) for one in ordered],
        [words(score) for score in SCORE_NAMES],
        Scale("score, 1 to 10", 1.0, 10.0, 0, slanted=True),
    )


def _row(one: PeerReview, labels: Labels) -> str:
    return f"{_name(one.pitch_account_id, labels)} by {_name(one.reviewer_account_id, labels)}"


def _name(account_id: AccountId, labels: Labels) -> str:
    return labels[account_id].name if account_id in labels else account_id


def _arguments(board: WeekBoard, labels: Labels) -> None:
    """For each pitch what its harshest reviewer holds against it."""
    reviews = board.detail.reviews
    card_head(
        "Best argument against",
        "from the reviewer with the lowest mean score",
        week=board.detail.summary.week_id,
        type="PeerReviewsCollected",
    )
    for account_id in sorted({one.pitch_account_id for one in reviews}):
        own = [one for one in reviews if one.pitch_account_id == account_id]
        harshest = min(own, key=lambda one: (one.scores.mean, one.reviewer_account_id))
        st.markdown(
            f"**{who(labels.get(account_id), account_id)}** "
            f":gray[mean {harshest.scores.mean:.1f} from "
            f"{who(labels.get(harshest.reviewer_account_id), harshest.reviewer_account_id)}]  \n"
            f"{safe(harshest.best_argument_against)}"
        )
    with st.expander("Every review in words"):
        for review in sorted(
            reviews, key=lambda one: (one.pitch_account_id, one.reviewer_account_id)
        ):
            _review(review, labels)


def _review(review: PeerReview, labels: Labels) -> None:
    reviewer = who(labels.get(review.reviewer_account_id), review.reviewer_account_id)
    pitched = who(labels.get(review.pitch_account_id), review.pitch_account_id)
    labelled(
        f"{reviewer} on {pitched}, mean {review.scores.mean:.1f}", review.best_argument_against
    )
    bullets((f"Would flip: {review.one_flip_condition}", f"Fix: {review.suggested_fix}"))
