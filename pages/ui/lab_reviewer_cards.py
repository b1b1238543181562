"""The reviewers: how severe, how steady, whether their scores foretell anything, whom they favour."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.rules.lab_reviewers import ReviewFindings
from core.rules.statistics.bias import Favouritism, OrderBias
from core.rules.statistics.guessing import Guessing
from core.rules.statistics.information import InformationCoefficient
from core.rules.statistics.reviewers import ReviewerProfile
from pages.ui.card_head import card_head
from pages.ui.drawing import draw
from pages.ui.format import UNKNOWN, percent, words
from pages.ui.lab_charts import interval_dots
from pages.ui.lab_words import Labels, seat_name
from pages.ui.theme import ACCENT, PEER

SIGNIFICANT = 0.05


def reviewer_cards(found: ReviewFindings, guessed: Guessing, labels: Labels) -> None:
    """The whole view."""
    if not found.profiles:
        st.info("No review has been recorded in these weeks: two pitches of a week are needed.")
        return
    with st.container(border=True):
        _profiles_card(found.profiles, labels)
    left, right = st.columns([3, 2])
    with left.container(border=True, height="stretch"):
        _coefficients_card(found.coefficients)
    with right:
        with st.container(border=True, height="stretch"):
            _order_card(found.order)
        with st.container(border=True, height="stretch"):
            _favour_card(found.favour, guessed)


def _profiles_card(profiles: Mapping[str, ReviewerProfile], labels: Labels) -> None:
    card_head(
        "Reviewers",
        "points of 1 to 10, mean of the seven scores; severity: the others' score of the same pitch less "
        "its own; self-consistency: intraclass correlation of pitches scored again in reruns, 1 is always "
        "the same",
        type="PeerReviewsCollected",
    )
    numbers = ("mean", "severity", "spread", "self-consistency")
    st.dataframe(
        pd.DataFrame([_profile(name, one, labels) for name, one in sorted(profiles.items())]),
        hide_index=True,
        placeholder="n/a",
        height="content",
        alt="Severity, spread and self-consistency of each reviewer",
        column_config={
            **{name: st.column_config.NumberColumn(format="%.2f") for name in numbers},
            "severity": st.column_config.NumberColumn(format="%+.2f"),
            "reviewer": st.column_config.TextColumn(pinned=True),
        },
    )


def _profile(name: str, one: ReviewerProfile, labels: Labels) -> dict[str, object]:
    return {
        "reviewer": seat_name(name, labels),
        "reviews": one.reviews,
        "mean": one.mean,
        "severity": one.severity,
        "spread": one.spread,
        "self-consistency": one.consistency,
        "pitches scored again": one.repeated,
    }


def _coefficients_card(coefficients: Mapping[str, InformationCoefficient]) -> None:
    card_head(
        "Do scores predict returns?",
        "information coefficient: rank correlation of a pitch's score with what it brought, 95 % interval "
        "over weeks, not adjusted for eight looks; coloured where it leaves out 0",
        type="PeerReviewsCollected",
    )
    rows = [
        _coefficient(name, one) for name, one in coefficients.items() if one.coefficient is not None
    ]
    if not rows:
        st.markdown(":gray[Too few pitches have ended, or their scores do not vary.]")
        return
    draw(
        interval_dots(pd.DataFrame(rows), "rank correlation", names="score"),
        alt="Information coefficient of each of the seven scores and their mean, with intervals",
    )
    some = next(iter(coefficients.values()))
    wide = (
        "" if any(one.interval for one in coefficients.values()) else "; intervals from 13 weeks on"
    )
    st.caption(f"n = {some.pitches} pitches in {some.weeks} weeks{wide}.")


def _coefficient(name: str, one: InformationCoefficient) -> dict[str, object]:
    assert one.coefficient is not None
    low, high = (
        (one.interval.low, one.interval.high)
        if one.interval
        else (one.coefficient, one.coefficient)
    )
    return {
        "name": "mean of the seven" if name == "mean" else words(name),
        "mean": one.coefficient,
        "low": low,
        "high": high,
        "all_low": low,
        "all_high": high,
        "weeks": one.weeks,
        "role": ACCENT if one.predicts else PEER,
        "said": "predicts" if one.predicts else "not shown",
    }


def _order_card(found: OrderBias) -> None:
    card_head(
        "Order of showing",
        "scores against the place at which the pitch was shown",
        type="PeerReviewsCollected",
    )
    if found.slope is None or found.p_value is None:
        st.markdown(":gray[Places or scores do not vary: nothing can be said.]")
        return
    biased = found.p_value <= SIGNIFICANT
    said = "Order matters" if biased else "No bias for the place is shown"
    st.badge(said, color="orange" if biased else "gray")
    kinder = "kinder to what comes first" if found.slope < 0 else "kinder to what comes last"
    st.markdown(
        f"{found.slope:+.2f} points a place ({kinder}), p {found.p_value:.3f}, "
        f"n = {found.reviews} reviews.  \n"
        f":gray[Above the sheet's mean:] first place {_points(found.first)}, last {_points(found.last)}"
    )


def _points(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:+.2f}"


def _favour_card(found: Favouritism, guessed: Guessing) -> None:
    card_head(
        "Favouritism",
        "the own family's pitches, and whether anybody can tell whose they are",
        type="IdentityScrubbed",
    )
    st.markdown(_family(found))
    if guessed.share is None or guessed.interval is None:
        st.markdown("Identity: too few texts to guess from yet.")
        return
    st.badge(
        "authors can be told apart" if guessed.betrayed else "authors are not told apart",
        color="orange" if guessed.betrayed else "gray",
    )
    st.markdown(
        f"From the anonymised words alone a plain classifier names the author in "
        f"{percent(guessed.share, 0)} of {guessed.guesses} pitches "
        f"(95 % interval {percent(guessed.interval.low, 0)} to {percent(guessed.interval.high, 0)}; "
        f"chance {percent(guessed.chance, 0)})."
    )


def _family(found: Favouritism) -> str:
    if not found.own:
        return "No reviewer was shown a pitch of its own model family: favour cannot be seen."
    if found.advantage is None or found.p_value is None:
        return f"{found.own} reviews of the own family: too few to tell favour from quality."
    sure = "" if found.p_value <= SIGNIFICANT else ", not shown"
    return (
        f"Own family: {found.advantage:+.2f} points beside strangers' scores of the same pitch, "
        f"p {found.p_value:.3f}{sure}, n = {found.own} of {found.own + found.others} reviews."
    )
