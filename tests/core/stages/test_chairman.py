"""The chairman: blind, bound to what was pitched, FLAT rather than wrong."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import ModelTimeout, ModelUnavailable, UnknownPrompt
from core.keys import (
    CHAIRMAN_DECISION,
    LABEL_TO_MODEL,
    MARKET_SNAPSHOT,
    PEER_REVIEWS,
    PM_PITCHES,
    RESEARCH_PACK_A,
    RESEARCH_PACK_B,
)
from core.rendering import load_builtin
from core.schemas.decision import DecisionOrigin
from core.stages.chairman import ChairmanStage
from core.types import Direction
from tests.fakes.models import ScriptedModel
from tests.fakes.week import (
    AS_OF,
    CHAIRMAN,
    DEPUTY,
    missing,
    peer_review,
    pitch_of,
    policy,
    received,
    snapshot,
    started,
)

LABELS = {
    "acct_1": {"Pitch A": "acct_2", "Pitch B": "acct_3", "Pitch C": "acct_4"},
    "acct_2": {"Pitch A": "acct_1", "Pitch B": "acct_3", "Pitch C": "acct_4"},
    "chairman": {
        "Pitch A": "acct_3",
        "Pitch B": "acct_1",
        "Pitch C": "acct_4",
        "Pitch D": "acct_2",
    },
}
PITCHES = (
    pitch_of(1),
    pitch_of(2, conviction=-1.0, symbol="GLD"),
    pitch_of(3, symbol="TLT", horizon="3d"),
    pitch_of(4),
)


def labels_of(authors):
    return {
        viewer: {label: author for label, author in shown.items() if author in authors}
        for viewer, shown in LABELS.items()
    }


def every_review(*, better=None):
    return tuple(
        peer_review(mine, other, score=9 if other == better else 6)
        for mine in (1, 2, 3, 4)
        for other in (1, 2, 3, 4)
        if mine != other
    )


def answer(instrument="SPY", direction="LONG", horizon="1w", conviction=0.8, dissent=()):
    return {
        "selected_trade": {"instrument": instrument, "direction": direction, "horizon": horizon},
        "conviction": conviction,
        "rationale": "the best argument of the four",
        "dissent_summary": [
            {"model": label, "position": "SHORT GLD", "reason": "crowded"} for label in dissent
        ],
        "monitoring_plan": {"checkpoints": ["12:00"], "key_indicators": [], "watch_conditions": []},
    }


def decide(script, pitches=PITCHES, reviews=None, **packs):
    model = ScriptedModel(script if callable(script) else lambda _: script)
    stage = ChairmanStage(model, load_builtin(), policy())
    context = (
        started()
        .bind(MARKET_SNAPSHOT, snapshot())
        .bind(RESEARCH_PACK_A, packs.get("pack_a", received()))
        .bind(RESEARCH_PACK_B, packs.get("pack_b", missing()))
        .bind(PM_PITCHES, pitches)
        .bind(PEER_REVIEWS, every_review() if reviews is None else reviews)
        .bind(LABEL_TO_MODEL, labels_of({pitch.account_id for pitch in pitches}))
    )
    return asyncio.run(stage.run(context))[CHAIRMAN_DECISION], model


def test_a_pitched_trade_is_taken_with_what_backs_it():
    decision, model = decide(answer())
    assert decision.origin is DecisionOrigin.CHAIRMAN
    assert decision.chairman_model == CHAIRMAN.model
    assert decision.selected_trade.instrument == "SPY"
    assert decision.backed_by == "idea-1"
    assert decision.timestamp == AS_OF
    assert [request.call for request in model.requests] == ["chairman"]


def test_the_best_reviewed_pitch_of_the_same_trade_backs_it():
    decision, _ = decide(answer(), reviews=every_review(better=4))
    assert decision.backed_by == "idea-4"


def test_flat_is_always_allowed_and_backed_by_nobody():
    decision, _ = decide(answer(None, "FLAT", conviction=0))
    assert decision.origin is DecisionOrigin.CHAIRMAN
    assert decision.backed_by is None


@pytest.mark.parametrize(
    "wrong",
    [
        answer("GLD"),
        answer("SPY", "SHORT", conviction=-1),
        answer("TLT", horizon="1w"),
        answer("QQQ"),
    ],
    ids=["turned round", "nobody's side", "another horizon", "never pitched"],
)
def test_a_trade_nobody_pitched_ends_flat_with_the_reason(wrong):
    decision, model = decide(wrong)
    assert decision.origin is DecisionOrigin.CHAIRMAN_FAILED
    assert decision.selected_trade.direction is Direction.FLAT
    assert decision.conviction == 0
    assert "was not pitched" in decision.rationale
    assert len(model.requests) == 4


def test_the_chain_goes_on_where_the_chairman_fails():
    def script(request):
        if request.model == CHAIRMAN.model:
            return ModelTimeout("the chairman did not answer")
        return answer()

    decision, model = decide(script)
    assert decision.origin is DecisionOrigin.FALLBACK
    assert decision.chairman_model == DEPUTY.model
    assert [request.call for request in model.requests] == ["chairman", "chairman/fallback/1"]


def test_when_the_whole_chain_fails_the_week_is_flat_and_says_why():
    decision, _ = decide(ModelUnavailable("503 from the gateway"))
    assert decision.origin is DecisionOrigin.CHAIRMAN_FAILED
    assert decision.chairman_model == "nobody"
    assert decision.rationale.count("503 from the gateway") == 2


def test_three_pitches_with_two_reviews_each_are_a_quorum():
    decision, _ = decide(
        answer(),
        PITCHES[:3],
        tuple(
            one
            for one in every_review()
            if one.pitch_id != "idea-4"
            and one.reviewer_account_id in ("acct_1", "acct_2", "acct_4")
        ),
    )
    assert decision.origin is DecisionOrigin.CHAIRMAN


@pytest.mark.parametrize(
    ("pitches", "reviews"),
    [
        (PITCHES[:2], every_review()),
        (PITCHES, ()),
        (PITCHES, tuple(one for one in every_review() if one.reviewer_account_id == "acct_1")),
    ],
    ids=["two pitches", "no reviews", "one review each"],
)
def test_below_quorum_the_council_is_flat_and_no_model_is_asked(pitches, reviews):
    decision, model = decide(answer(), pitches, reviews)
    assert model.requests == []
    assert decision.origin is DecisionOrigin.NO_QUORUM
    assert decision.selected_trade.direction is Direction.FLAT
    assert decision.rationale.startswith("no quorum: ")


def test_dissent_is_stored_under_names():
    decision, _ = decide(answer(dissent=("Pitch D", "pitch c")))
    assert [one.model for one in decision.dissent_summary] == ["Gemini 3 Pro", "Grok 4"]


def test_a_reviewer_may_dissent_too():
    decision, _model = decide(answer(dissent=("Reviewer 2",)))
    assert decision.dissent_summary[0].model in {
        "GPT-5.1",
        "Gemini 3 Pro",
        "Claude Sonnet 4.5",
        "Grok 4",
    }


def test_a_dissent_of_nobody_is_not_believed():
    decision, _ = decide(answer(dissent=("Pitch Q",)))
    assert decision.origin is DecisionOrigin.CHAIRMAN_FAILED
    assert "'Pitch Q' is no label" in decision.rationale


def test_reviews_speak_of_pitches_by_the_chairmans_labels():
    swapped = peer_review(1, 2, best_argument_against="Pitch B beats Pitch A on timing")
    reviews = (swapped, *(one for one in every_review() if one.review_id != swapped.review_id))
    _, model = decide(answer(), reviews=reviews)
    assert "Pitch A beats Pitch D on timing" in model.requests[0].messages[0].content


def test_the_prompt_shows_how_many_of_how_many_pitched_and_which_pack_is_missing():
    reviews = tuple(one for one in every_review() if one.pitch_id != "idea-4")
    _, model = decide(answer(), PITCHES[:3], reviews)
    text = model.requests[0].messages[0].content
    assert "3 of 4 managers pitched. The others gave no usable answer" in text
    assert "### Research pack B\nMISSING" in text


def test_the_chairman_does_not_read_who_did_the_research():
    _, model = decide(answer(), pack_b=missing("perplexity/deep-research timed out"))
    request = model.requests[0]
    assert "perplexity" not in request.messages[0].content.casefold()
    assert "deep-research" not in request.brief.model_dump_json()


def test_a_replay_without_a_recorded_answer_fails_instead_of_going_flat():
    with pytest.raises(UnknownPrompt):
        decide(UnknownPrompt("no recorded answer"))
