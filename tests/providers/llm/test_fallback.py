"""When a model cannot answer the next of its lineage is asked, and everybody can see it."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import (
    BudgetExceeded,
    CouncilError,
    ModelRefused,
    ModelTimeout,
    ModelTruncated,
    UnknownPrompt,
)
from core.events.calls import ModelCallRequested, ModelFellBack
from core.profile import ModelSpec
from core.schemas.model_call import CostSource, FinishReason, Usage
from providers.llm.budgeted import BudgetedModel
from providers.llm.fallback import FallbackModel, lineages_of
from providers.llm.hashing import request_hash
from providers.llm.recording import RecordingModel
from providers.llm.replay import ReplayModel
from providers.llm.replayed_stops import ReplayedStops
from tests.fakes.spending import (
    SayingModel,
    answer,
    call_log,
    memory_store,
    request,
    spending,
)
from tests.fakes.week import policy

LINEAGE = {"vendor/dear": ("vendor/cheap", "vendor/last")}
CALL = request()
BILLED = Usage(prompt_tokens=5, cost_usd="0.02", cost_source=CostSource.PROVIDER)


@pytest.fixture
def store():
    store = memory_store()
    yield store
    store.close()


def asked(store, answers, ask=CALL):
    """The answer, the models asked, and the steps that were recorded."""
    inner = SayingModel(lambda request: answers[request.model])
    log = call_log(store)
    model = RecordingModel(FallbackModel(inner, LINEAGE, log), log)
    try:
        said = asyncio.run(model.complete(ask))
    except CouncilError as error:
        said = error
    steps = log.every(CALL.call, ModelFellBack, request_hash(ask))
    return said, [one.model for one in inner.requests], steps


def test_a_model_that_answers_is_the_only_one_asked(store):
    said, models, steps = asked(store, {"vendor/dear": answer("0.1")})
    assert (said.served_model, models, steps) == ("vendor/as-served", ["vendor/dear"], [])


def test_the_deputy_answers_and_the_step_is_recorded_with_its_cost(store):
    answers = {
        "vendor/dear": ModelTruncated("cut off", usage=BILLED),
        "vendor/cheap": answer("0.1", served="vendor/cheap"),
    }
    said, models, steps = asked(store, answers)
    assert said.served_model == "vendor/cheap"
    assert models == ["vendor/dear", "vendor/cheap"]
    (step,) = steps
    assert (step.model, step.next_model) == ("vendor/dear", "vendor/cheap")
    assert (step.error, step.message, step.usage) == ("ModelTruncated", "cut off", BILLED)


@pytest.mark.parametrize(
    "refusal",
    [
        ModelRefused("declined"),
        answer("0.1").model_copy(update={"finish_reason": FinishReason.REFUSAL}),
    ],
)
def test_a_refusal_falls_back_however_it_is_said(store, refusal):
    said, _, steps = asked(store, {"vendor/dear": refusal, "vendor/cheap": answer("0.1")})
    assert said.text == "{}"
    assert steps[0].error == "ModelRefused"


def test_the_last_failure_is_raised_after_everybody_was_asked(store):
    failures = {name: ModelTimeout(name) for name in ("vendor/dear", "vendor/cheap", "vendor/last")}
    said, models, steps = asked(store, failures)
    assert (type(said), str(said)) == (ModelTimeout, "vendor/last")
    assert models == list(failures)
    assert [step.next_model for step in steps] == ["vendor/cheap", "vendor/last"]


@pytest.mark.parametrize("stop", [UnknownPrompt("never heard"), BudgetExceeded("spent")])
def test_a_replay_without_an_answer_and_an_empty_purse_are_not_a_models_failure(store, stop):
    said, models, steps = asked(store, {"vendor/dear": stop})
    assert (said, models, steps) == (stop, ["vendor/dear"], [])


def test_attempt_messages_and_settings_stay_the_same(store):
    ask = request(attempt=2, temperature=0.7)
    inner = SayingModel(
        lambda one: ModelTimeout("late") if one.model == "vendor/dear" else answer("0.1")
    )
    asyncio.run(FallbackModel(inner, LINEAGE, call_log(store)).complete(ask))
    assert inner.requests[1] == ask.model_copy(update={"model": "vendor/cheap"})


def test_a_resumed_call_asks_nobody_again(store):
    answers = {"vendor/dear": ModelTimeout("late"), "vendor/cheap": answer("0.1")}
    first, _, steps = asked(store, answers)
    again, models, steps_again = asked(store, answers)
    assert (again, models, steps_again) == (first, [], steps)


def test_a_call_that_died_after_a_step_takes_it_again_harmlessly(store):
    late, gone = ModelTimeout("late"), asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        asked(store, {"vendor/dear": late, "vendor/cheap": gone})
    said, _, steps = asked(store, {"vendor/dear": late, "vendor/cheap": answer("0.1")})
    assert said.text == "{}"
    assert len(steps) == 2
    mark = request_hash(CALL)
    assert len(call_log(store).every(CALL.call, ModelCallRequested, mark)) == 1


def replayed(store, *requests):
    """The scratch store of a replay of these calls, and how each ended."""
    scratch = memory_store()
    heard, log = call_log(store), call_log(scratch)
    model = RecordingModel(ReplayedStops(ReplayModel(heard), heard), log)

    async def every():
        return [await _ended(model, one) for one in requests]

    return scratch, asyncio.run(every())


async def _ended(model, one):
    try:
        return await model.complete(one)
    except CouncilError as error:
        return error


def test_a_replay_gives_the_deputys_answer_and_the_billed_failure_again(store):
    asked(store, {"vendor/dear": ModelTimeout("late"), "vendor/cheap": answer("0.1")})
    failing = request(call="pitch/acct_2", model="vendor/alone")
    cut = ModelTruncated("cut off", usage=BILLED)
    asked(store, {"vendor/alone": cut}, failing)
    scratch, (said, error) = replayed(store, CALL, failing)
    assert said == answer("0.1")
    assert (type(error), str(error), error.usage) == (ModelTruncated, "cut off", BILLED)
    scratch.close()


def test_a_replay_stops_where_the_budget_stopped_the_week_with_the_same_words(store):
    kept, log = spending(store, "0.001"), call_log(store)
    model = RecordingModel(BudgetedModel(SayingModel(lambda _: answer("9")), kept), log)
    with pytest.raises(BudgetExceeded) as stopped:
        asyncio.run(model.complete(CALL))
    scratch, (error, unheard) = replayed(store, CALL, request(call="pitch/acct_9"))
    assert (type(error), str(error)) == (BudgetExceeded, str(stopped.value))
    assert isinstance(unheard, UnknownPrompt)
    scratch.close()


def test_seats_and_chairmen_have_deputies_and_researchers_step_down_by_themselves():
    def spec(model, *fallbacks):
        return ModelSpec(name=model, model=model, vendor="V", fallbacks=fallbacks)

    cast = policy().profile
    seat = cast.seats[0].model_copy(update={"fallbacks": (spec("a/b", spec("c/d")), spec("a/b"))})
    researcher = cast.researchers["A"].model_copy(update={"fallbacks": (spec("e/f"),)})
    cast = cast.model_copy(
        update={"seats": (seat,), "researchers": {**cast.researchers, "A": researcher}}
    )
    assert lineages_of(cast) == {seat.model: ("a/b", "c/d")}
