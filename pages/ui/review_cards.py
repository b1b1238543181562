"""Peer review: who gave whom which score, and the strongest case against each pitch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.schemas.review import SCORE_NAMES, PeerReview
from core.types import AccountId
from pages.ui.charts import score_heatmap
from pages.ui.components import bullets, card_title, labelled, who
from pages.ui.format import words
from pages.ui.safe import safe
from storage.queries import AccountLabel, WeekDetail

MEAN = "mean"
Labels = Mapping[AccountId, AccountLabel]


def review_cards(detail: WeekDetail, labels: Labels) -> None:
    """Scores as a map, arguments in words."""
    if not detail.reviews:
        st.markdown(":gray[No pitch has been reviewed yet.]")
        return
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _scores(detail, labels)
    with right.container(border=True, height="stretch"):
        _arguments(detail.reviews, labels)


def _scores(detail: WeekDetail, labels: Labels) -> None:
    card_title("Scores", "1 poor to 10 excellent; labels were random, nobody saw a name")
    chosen = st.selectbox(
        "Score",
        [MEAN, *SCORE_NAMES],
        format_func=words,
        key="score",
        bind="query-params",
        label_visibility="collapsed",
    )
    st.altair_chart(
        score_heatmap(
            _frame(detail.reviews, chosen or MEAN, labels),
            [label.name for label in labels.values()],
            1 if (chosen or MEAN) == MEAN else 0,
        ),
        alt=f"Review scores, {words(chosen or MEAN)}, by reviewer and pitch",
    )
    if detail.review_abstentions:
        names = ", ".join(
            who(labels.get(a.account_id), a.account_id) for a in detail.review_abstentions
        )
        st.markdown(f":orange-badge[no usable review] {names}")


def _frame(reviews: Sequence[PeerReview], score: str, labels: Labels) -> pd.DataFrame:
    ordered = sorted(reviews, key=lambda one: (one.reviewer_account_id, one.pitch_account_id))
    return pd.DataFrame(
        {
            "reviewer": [_name(one.reviewer_account_id, labels) for one in ordered],
            "pitch": [_name(one.pitch_account_id, labels) for one in ordered],
            "score": [
                one.scores.mean if score == MEAN else one.scores.by_name()[score] for one in ordered
            ],
            "shown": [f"as {one.anonymized_pitch_id}, place {one.position}" for one in ordered],
        }
    )


def _name(account_id: AccountId, labels: Labels) -> str:
    return labels[account_id].name if account_id in labels else account_id


def _arguments(reviews: Sequence[PeerReview], labels: Labels) -> None:
    """For each pitch what its harshest reviewer holds against it."""
    card_title("Best argument against", "from the reviewer with the lowest mean score")
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
