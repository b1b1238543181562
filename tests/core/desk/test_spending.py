"""A week never spends more than its limit, however many calls are under way."""

from __future__ import annotations

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.desk.spending import BUDGET_STREAM, usd
from core.desk.writing import new_event
from core.errors import BudgetExceeded, ModelTimeout, ModelUnavailable, RateLimited
from core.events.calls import ModelFellBack, ResearchCompleted, ResearchJobEnded
from core.events.envelope import Append
from core.schemas.model_call import CostSource, Usage
from core.schemas.research import ResearchAnswer, ResearchFindings
from core.types import StreamId, WeekId
from providers.http import HttpPolicy
from providers.llm.budgeted import BudgetedModel
from providers.llm.openai_compatible import OpenAICompatible
from providers.llm.recording import RecordingModel
from tests.fakes.spending import SayingModel, answer, call_log, memory_store, request, spending
from tests.fakes.week import AS_OF, WEEK, received
from tests.servers.chat_server import Reply, chat_server

WORST = Decimal("0.018")
"""Of the request the tests make: 1,000 tokens in at $3, 1,000 out at $15 a million."""


@pytest.fixture
def store():
    store = memory_store()
    yield store
    store.close()


def put(store, event, name="paid", week=WEEK):
    stream = StreamId(f"run/another/{name}")
    version = store.head(stream).version
    store.commit(
        [Append(stream, [new_event(stream, event, [version], AS_OF, week_id=week)], version)]
    )


def billed(cost):
    return Usage(cost_usd=cost, cost_source=CostSource.PROVIDER)


def job_ended(cost):
    return ResearchJobEnded(
        request_hash="h", researcher="r", job_id="j", status="completed", usage=billed(cost)
    )


def complete(store, kept, inner, ask=None):
    model = RecordingModel(BudgetedModel(inner, kept), call_log(store))
    return asyncio.run(model.complete(ask or request()))


def stops(store):
    return [store.decode(row) for row in store.read(BUDGET_STREAM)]


def test_a_call_that_fits_exactly_is_made(store):
    kept = spending(store, str(WORST))
    assert complete(store, kept, SayingModel(lambda _: answer("0.01"))).text == "{}"
    assert (kept.spent(), kept.reserved()) == (Decimal("0.01"), 0)


def test_the_call_that_could_break_the_budget_is_never_made_and_says_so(store):
    put(store, job_ended("0.99"))
    inner = SayingModel(lambda _: answer("0.01"))
    with pytest.raises(BudgetExceeded) as stopped:
        complete(store, spending(store, "1"), inner)
    assert inner.requests == []
    assert str(stopped.value) == (
        "week 2026-11-18 has spent $0.99 of $1.00, and pitch/acct_1 on vendor/dear could cost "
        "$0.02: raise budget.week_usd in config/models.yaml, then run again (answered calls are "
        "not paid twice)"
    )
    (stop,) = stops(store)
    assert (stop.week_id, stop.call, stop.model) == (WEEK, "pitch/acct_1", "vendor/dear")
    assert (stop.spent_usd, stop.reserved_usd) == (Decimal("0.99"), 0)
    assert (stop.estimate_usd, stop.limit_usd) == (WORST, 1)


def test_with_a_higher_limit_the_stopped_call_is_made_and_the_answered_ones_are_not_paid_again(
    store,
):
    inner = SayingModel(lambda _: answer("0.017"))
    kept = spending(store, "0.02")
    complete(store, kept, inner)
    with pytest.raises(BudgetExceeded):
        complete(store, kept, inner, request("chairman"))
    raised = spending(store, "1")
    complete(store, raised, inner)
    complete(store, raised, inner, request("chairman"))
    assert [one.call for one in inner.requests] == ["pitch/acct_1", "chairman"]
    assert raised.spent() == Decimal("0.034")


def test_only_calls_and_jobs_of_this_week_count_and_a_researchers_total_does_not(store):
    put(store, job_ended("0.3"))
    put(store, job_ended("5"), "old", WeekId("2026-11-11"))
    fell = ModelFellBack(
        request_hash="h", model="a", next_model="b", error="E", message="m", usage=billed("0.2")
    )
    put(store, fell)
    found = {name: getattr(received().pack, name) for name in ResearchFindings.model_fields}
    total = ResearchAnswer(source="r", findings=ResearchFindings(**found), usage=billed("0.3"))
    put(store, ResearchCompleted(request_hash="h", answer=total))
    assert spending(store, "1").spent() == Decimal("0.5")


def test_what_another_process_spends_meanwhile_counts(store):
    kept, inner = spending(store, "1"), SayingModel(lambda _: answer("0.01"))
    complete(store, kept, inner)
    put(store, job_ended("0.98"))
    with pytest.raises(BudgetExceeded):
        complete(store, kept, inner, request("chairman"))


def test_a_model_without_a_price_is_not_asked_while_there_is_a_limit(store):
    inner = SayingModel(lambda _: answer("0.01"))
    ask = request(model="vendor/unlisted")
    with pytest.raises(
        BudgetExceeded, match=r"no price for vendor/unlisted.*prices in config/models"
    ):
        complete(store, spending(store, "1"), inner, ask)
    assert stops(store)[0].estimate_usd is None
    assert complete(store, spending(store, None), inner, ask).text == "{}"


@pytest.mark.parametrize("model", ["rules/trend", "house/llama3.1", "vendor/dear:free"])
def test_what_costs_nothing_is_asked_although_everything_is_spent(store, model):
    put(store, job_ended("9"))
    inner = SayingModel(lambda _: answer())
    assert complete(store, spending(store, "1"), inner, request(model=model)).text == "{}"


def test_a_timed_out_call_may_have_been_billed_and_a_refused_one_was_not(store):
    kept = spending(store, "1")
    for error, spent in ((RateLimited("429"), 0), (ModelTimeout("late"), WORST)):
        with pytest.raises(type(error)):
            complete(store, kept, SayingModel(lambda _, error=error: error))
        assert kept.spent() == spent


@pytest.mark.parametrize(
    ("reply", "spent"),
    [(Reply(drop=True), WORST), (Reply({"error": {"message": "no"}}, 500), 0), (None, 0)],
    ids=["broken after it was sent", "the server's own failure", "never connected"],
)
def test_a_call_whose_answer_was_lost_may_have_been_billed(store, reply, spent):
    kept = spending(store, "1")
    with chat_server(lambda body, n: reply) as server:
        url = server.url if reply else "http://127.0.0.1:9"
        wire = OpenAICompatible(url, None, HttpPolicy(retries=0))
        with pytest.raises(ModelUnavailable):
            complete(store, kept, wire)
    assert kept.spent() == spent


def test_a_job_is_set_aside_for_as_long_as_it_runs(store):
    kept = spending(store, "5")
    with kept.reserve("research/A", "vendor/search", Decimal(3)):
        assert kept.reserved() == 3
        with (
            pytest.raises(BudgetExceeded, match=r"and \$3.00 under way of \$5.00"),
            kept.reserve("research/B", "vendor/search", Decimal("2.01")),
        ):
            pytest.fail("it does not fit")
        put(store, job_ended("2.5"))
    assert (kept.spent(), kept.reserved()) == (Decimal("2.5"), 0)


def test_a_call_waits_for_those_under_way_rather_than_stop_the_week(store):
    """Four worst cases do not fit at once, four real costs do."""
    kept = spending(store, "0.04")
    inner = SayingModel(lambda _: answer("0.005"), before=lambda _: asyncio.sleep(0))
    model = RecordingModel(BudgetedModel(inner, kept), call_log(store))

    async def four():
        await asyncio.gather(*(model.complete(request(f"pitch/acct_{n}")) for n in range(4)))

    asyncio.run(four())
    assert kept.spent() == Decimal("0.02")
    assert stops(store) == []


@given(
    costs=st.lists(st.integers(0, 18), min_size=1, max_size=25),
    limit=st.integers(1, 200),
    seed=st.integers(0, 999),
)
def test_concurrent_calls_of_any_cost_never_overshoot(costs, limit, seed):
    """Costs and limit in thousandths of a dollar; every cost is at most the worst case."""
    store, chance = memory_store(), random.Random(seed)
    kept = spending(store, str(Decimal(limit) / 1000))

    async def wait(_):
        for _turn in range(chance.randrange(4)):
            await asyncio.sleep(0)

    def said(ask):
        cost = str(Decimal(costs[int(ask.call)]) / 1000)
        return RateLimited("429") if chance.random() < 0.1 else answer(cost)

    model = RecordingModel(BudgetedModel(SayingModel(said, wait), kept), call_log(store))

    async def every():
        calls = (model.complete(request(str(number))) for number in range(len(costs)))
        return await asyncio.gather(*calls, return_exceptions=True)

    results = asyncio.run(every())
    paid = sum(
        (Decimal(one.usage.cost_usd) for one in results if hasattr(one, "usage") and one.usage),
        Decimal(0),
    )
    stopped = [one for one in results if isinstance(one, BudgetExceeded)]
    assert paid == kept.spent() <= kept.limit
    assert kept.reserved() == 0
    assert len(stopped) == len(stops(store))
    assert not stopped or paid + WORST > kept.limit, "stopped although it would have fitted"
    store.close()


def test_threads_with_loops_of_their_own_share_one_budget(store):
    kept = spending(store, "0.1")
    inner = SayingModel(lambda _: answer("0.018"), before=lambda _: asyncio.sleep(0.001))

    def ask(number):
        try:
            complete(store, kept, inner, request(f"pitch/{number}"))
        except BudgetExceeded:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(ask, range(16)))
    assert sum(made) == 5
    assert kept.spent() == Decimal("0.09")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0", "$0.00"), ("12.345", "$12.34"), ("0.0123", "$0.01"), ("0.00123", "$0.0012")],
)
def test_small_amounts_show_more_places(amount, shown):
    assert usd(Decimal(amount)) == shown
