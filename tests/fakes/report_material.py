"""Weeks for the report: one that models filled with traps, and one as large as a desk can make it."""

from __future__ import annotations

from dataclasses import replace

from core.schemas.pitch import Pitch
from core.schemas.review import PeerReview
from core.types import AccountId
from pages.report.material import Material
from storage.queries import AccountLabel, AccountRole
from tests.fakes.week import peer_review, pitch_of

SEATS = 20
LONGEST = "w" * 3_990


def crowded(material: Material) -> Material:
    """Twenty seats that all review each other, every text as long as the schema lets it be."""
    pitches = tuple(_pitch(number) for number in range(1, SEATS + 1))
    reviews = tuple(
        _review(reviewer, reviewed)
        for reviewer in range(1, SEATS + 1)
        for reviewed in range(1, SEATS + 1)
        if reviewer != reviewed
    )
    labels = {
        AccountId(f"acct_{number}"): AccountLabel(
            AccountId(f"acct_{number}"), f"Seat number {number}", "vendor/model", AccountRole.PM
        )
        for number in range(1, SEATS + 1)
    }
    detail = replace(material.detail, pitches=pitches, reviews=reviews)
    return replace(material, detail=detail, labels=labels)


def _pitch(number: int) -> Pitch:
    texts = {"thesis_bullets": (LONGEST,) * 5, "invalidation": LONGEST, "risk_notes": LONGEST}
    account = {"account_id": AccountId(f"acct_{number}"), "idea_id": f"idea-{number}"}
    return pitch_of(1).model_copy(update={**texts, **account})


def _review(reviewer: int, reviewed: int) -> PeerReview:
    texts = {"best_argument_against": LONGEST, "one_flip_condition": LONGEST}
    people = {
        "reviewer_account_id": AccountId(f"acct_{reviewer}"),
        "pitch_account_id": AccountId(f"acct_{reviewed}"),
    }
    return peer_review(1, 2).model_copy(update={**texts, **people})
