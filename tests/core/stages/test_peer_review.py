"""Peer review: others' pitches only, random labels, an order that is recorded, abstentions kept."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import ModelTimeout, UnknownPrompt
from core.keys import (
    IDENTITY_SCRUBBED,
    LABEL_TO_MODEL,
    MARKET_SNAPSHOT,
    PEER_REVIEWS,
    PM_PITCHES,
    REVIEW_ABSTENTIONS,
)
from core.rendering import load_builtin
from core.stages.peer_review import PeerReviewStage
from tests.fakes.models import ScriptedModel
from tests.fakes.week import SEATS, pitch_of, policy, sheet, snapshot, started

ALL = tuple(pitch_of(number) for number in (1, 2, 3, 4))


def dutiful(request):
    return sheet(*(one.label for one in request.brief.pitches))


def reviewed(script=dutiful, pitches=ALL, seed="7:week", before=None):
    model = ScriptedModel(script, before)
    stage = PeerReviewStage(model, load_builtin(), policy())
    context = started(seed).bind(MARKET_SNAPSHOT, snapshot()).bind(PM_PITCHES, pitches)
    return asyncio.run(stage.run(context)), model


def test_everybody_reviews_everybody_else_once():
    after, _ = reviewed()
    pairs = {(one.reviewer_account_id, one.pitch_account_id) for one in after[PEER_REVIEWS]}
    accounts = [seat.account_id for seat in SEATS]
    assert pairs == {(mine, other) for mine in accounts for other in accounts if mine != other}
    assert len(after[PEER_REVIEWS]) == 12
    assert after[REVIEW_ABSTENTIONS] == ()


def test_a_pitch_never_lies_before_its_own_author():
    after, model = reviewed(
        pitches=tuple(
            pitch_of(number, risk_notes=f"a note only seat {number} wrote")
            for number in (1, 2, 3, 4)
        )
    )
    for request in model.requests:
        number = request.call[-1]
        assert f"a note only seat {number} wrote" not in request.messages[0].content
        assert f"acct_{number}" not in after[LABEL_TO_MODEL][f"acct_{number}"].values()


def test_reviewers_are_asked_at_the_same_time():
    all_four = asyncio.Barrier(4)

    async def meet(_):
        async with asyncio.timeout(5):
            await all_four.wait()

    after, _ = reviewed(before=meet)
    assert len(after[PEER_REVIEWS]) == 12


def test_the_position_at_which_a_pitch_was_shown_is_recorded():
    after, model = reviewed()
    for request in model.requests:
        reviewer = request.call.removeprefix("peer_review/")
        labels = after[LABEL_TO_MODEL][reviewer]
        shown = [labels[one.label] for one in request.brief.pitches]
        mine = [one for one in after[PEER_REVIEWS] if one.reviewer_account_id == reviewer]
        recorded = {one.position: one.pitch_account_id for one in mine}
        assert [recorded[place] for place in (1, 2, 3)] == shown
        text = request.messages[0].content
        places = [text.index(f"### {one.label}\n") for one in request.brief.pitches]
        assert places == sorted(places)


def test_a_review_lands_on_the_pitch_its_label_stood_for():
    def by_label(request):
        scores = {one.label: place + 3 for place, one in enumerate(request.brief.pitches)}
        reviews = [sheet(label, score=score).reviews[0] for label, score in scores.items()]
        return {"reviews": [one.model_dump() for one in reversed(reviews)]}

    after, _ = reviewed(by_label)
    assert all(one.scores.clarity == one.position + 2 for one in after[PEER_REVIEWS])


def test_the_same_seed_gives_the_same_labels_and_another_seed_others():
    maps = {seed: reviewed(seed=seed)[0][LABEL_TO_MODEL] for seed in ("1:w", "2:w", "3:w")}
    assert reviewed(seed="1:w")[0][LABEL_TO_MODEL] == maps["1:w"]
    assert maps["1:w"] != maps["2:w"] or maps["1:w"] != maps["3:w"]


def test_labels_differ_between_reviewers_and_follow_no_fixed_order():
    seen, orders = set(), set()
    for week in range(12):
        after, model = reviewed(seed=f"7:{week}")
        labels = after[LABEL_TO_MODEL]
        seen |= {labels[viewer].get("Pitch A") for viewer in labels}
        orders |= {tuple(one.label for one in request.brief.pitches) for request in model.requests}
    assert seen == {"acct_1", "acct_2", "acct_3", "acct_4"}
    assert len(orders) == 6


def test_the_chairman_has_labels_of_its_own_for_every_pitch():
    after, _ = reviewed()
    assert set(after[LABEL_TO_MODEL]) == {"acct_1", "acct_2", "acct_3", "acct_4", "chairman"}
    assert sorted(after[LABEL_TO_MODEL]["chairman"].values()) == [
        "acct_1",
        "acct_2",
        "acct_3",
        "acct_4",
    ]


def test_a_seat_that_did_not_pitch_still_reviews():
    after, model = reviewed(pitches=ALL[:3])
    assert len(model.asked("peer_review/acct_4")[0].brief.pitches) == 3
    assert len(after[PEER_REVIEWS]) == 2 * 3 + 3


def test_a_reviewer_that_fails_is_recorded_not_dropped():
    def absent(request):
        return ModelTimeout("no answer") if request.call.endswith("acct_2") else dutiful(request)

    after, _ = reviewed(absent)
    assert [one.account_id for one in after[REVIEW_ABSTENTIONS]] == ["acct_2"]
    assert len(after[PEER_REVIEWS]) == 9
    assert len(after[LABEL_TO_MODEL]["acct_2"]) == 3


@pytest.mark.parametrize(
    "labels",
    [("Pitch A", "Pitch B"), ("Pitch A", "Pitch B", "Pitch B"), ("Pitch A", "Pitch B", "Pitch Z")],
    ids=["one left out", "one twice", "one unknown"],
)
def test_a_sheet_reviews_each_label_shown_exactly_once(labels):
    after, _ = reviewed(lambda _: sheet(*labels))
    assert after[PEER_REVIEWS] == ()
    assert len(after[REVIEW_ABSTENTIONS]) == 4
    assert "give exactly one for each of" in after[REVIEW_ABSTENTIONS][0].reason


@pytest.mark.parametrize("pitches", [(), ALL[:1]], ids=["no pitch", "one pitch"])
def test_nobody_is_asked_to_compare_fewer_than_two(pitches):
    after, model = reviewed(pitches=pitches)
    assert model.requests == []
    assert after[PEER_REVIEWS] == after[REVIEW_ABSTENTIONS] == ()
    assert len(after[LABEL_TO_MODEL]["chairman"]) == len(pitches)


def test_what_was_scrubbed_is_counted_by_viewer_and_author():
    claimed = pitch_of(1, risk_notes="As ChatGPT I may be wrong")
    after, _ = reviewed(pitches=(claimed, *ALL[1:]))
    counts = after[IDENTITY_SCRUBBED]
    assert sum(counts["acct_2"]["acct_1"].values()) == 1
    assert sum(counts["chairman"]["acct_1"].values()) == 1
    assert counts["acct_1"] == {}


def test_a_replay_without_a_recorded_answer_fails_instead_of_abstaining():
    with pytest.raises(UnknownPrompt):
        reviewed(lambda _: UnknownPrompt("no recorded answer"))
