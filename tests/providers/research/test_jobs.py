"""A paid research job over real sockets: created once, followed to its end, never guessed about."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest

from core.errors import BudgetExceeded, JobUncertain, ModelError
from core.events.calls import ResearchJobEnded, ResearchJobRequested, ResearchJobStarted
from core.schemas.model_call import CostSource
from providers.research.job_researcher import JobPace, JobTerms
from tests.fakes.research_jobs import CANARY, PACE, REQUEST, gemini, perplexity, researcher
from tests.fakes.spending import memory_store
from tests.fakes.week import findings
from tests.servers import gemini_research_server as google
from tests.servers import perplexity_server as pplx
from tests.servers.research_server import Fault, http_error

PAIRS = [(google.gemini_research_server, gemini), (pplx.perplexity_server, perplexity)]
BOTH = pytest.mark.parametrize(("serve", "vendor"), PAIRS, ids=["gemini", "perplexity"])
HTML = Fault(status=500, body=f"<html>{CANARY} sad</html>".encode())


def ask(served_vendor, store, **more):
    return asyncio.run(researcher(served_vendor, store, **more).research(REQUEST))


def told(store):
    return [store.decode(row) for row in store.read_all() if row.type.startswith("ResearchJob")]


def shows_no_key(error):
    seen = []
    while error is not None:
        seen.append(f"{error} {error!r} {error.__dict__}")
        error = error.__cause__ or error.__context__
    assert CANARY not in " ".join(seen)
    assert "Canary" not in " ".join(seen)


@BOTH
def test_a_job_becomes_a_pack_with_report_and_citations(serve, vendor):
    store = memory_store()
    with serve() as server:
        server.polls_needed = 3
        answer = ask(vendor(server.url), store)
    assert answer.findings == findings(tradable_candidates=answer.findings.tradable_candidates)
    assert answer.report in (google.REPORT, pplx.REPORT)
    kinds = [type(event) for event in told(store)]
    assert kinds == [ResearchJobRequested, ResearchJobStarted, ResearchJobEnded]
    assert len(server.creations) == 1
    assert server.creations[0]["background"] is True
    assert CANARY not in json.dumps([row.payload for row in store.read_all()])


def test_half_a_character_in_a_paid_report_is_replaced_and_the_report_recorded():
    store = memory_store()
    with google.gemini_research_server() as server:
        server.final = {**server.final, "output_text": "half \ud83d, whole \U0001f600"}
        ask(gemini(server.url), store)
    assert told(store)[-1].report == "half \ufffd, whole \U0001f600"


def test_gemini_is_asked_in_its_words_and_counted():
    store = memory_store()
    with google.gemini_research_server() as server:
        answer = ask(gemini(server.url), store)
    assert server.creations[0]["agent"] == "deep-research-x"
    assert server.creations[0]["store"] is True
    assert server.headers[0]["x-goog-api-key"] == CANARY
    assert [one.title for one in answer.citations] == ["Schedule"]
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (1000, 250)


def test_perplexity_merges_its_results_and_tells_its_cost():
    store = memory_store()
    with pplx.perplexity_server() as server:
        answer = ask(perplexity(server.url), store)
    assert server.creations[0]["tools"][0]["filters"] == {"search_recency_filter": "week"}
    assert server.headers[0]["authorization"] == f"Bearer {CANARY}"
    assert [(one.title, one.published) for one in answer.citations] == [
        ("One", date(2026, 11, 17)),
        ("Two", date(2026, 11, 16)),
    ]
    ended = told(store)[-1]
    assert Decimal(ended.usage.cost_usd) == Decimal("0.4321")
    assert ended.usage.cost_source is CostSource.PROVIDER


@BOTH
def test_a_429_is_asked_again_and_makes_one_job(serve, vendor):
    with serve() as server:
        server.on_create = [http_error(429, "slow down", Retry_After="0")]
        ask(vendor(server.url), memory_store())
    assert len(server.creations) == 1


@BOTH
@pytest.mark.parametrize(
    "fault",
    [http_error(400, f"bad {CANARY}"), http_error(401, CANARY), http_error(500, "sorry")],
    ids=["400", "401", "500"],
)
def test_a_refusal_in_the_vendors_words_is_proven_not_made(serve, vendor, fault):
    store = memory_store()
    with serve() as server:
        server.on_create = [fault]
        with pytest.raises(ModelError) as caught:
            ask(vendor(server.url), store)
    assert told(store)[-1].status == "refused"
    shows_no_key(caught.value)
    assert CANARY not in told(store)[-1].detail


@BOTH
@pytest.mark.parametrize(
    "fault",
    [Fault("drop", taken=True), Fault("stall", taken=True), Fault("half", taken=True), HTML],
    ids=["drop", "stall", "half", "html"],
)
def test_what_may_have_been_made_stops_the_run_and_is_never_asked_again(serve, vendor, fault):
    store = memory_store()
    with serve() as server:
        server.on_create = [fault]
        for _ in range(2):
            with pytest.raises(JobUncertain, match="pack A of week 2026-11-18") as caught:
                ask(vendor(server.url), store)
            shows_no_key(caught.value)
    assert len(server.creations) <= 1
    assert not server.on_create
    assert [type(event) for event in told(store)] == [ResearchJobRequested]


@BOTH
def test_a_vendor_that_cannot_be_reached_was_not_paid(serve, vendor):
    store = memory_store()
    with pytest.raises(ModelError, match="cannot connect") as caught:
        ask(vendor("http://127.0.0.1:9"), store)
    shows_no_key(caught.value)
    assert told(store)[-1].status == "refused"


@BOTH
@pytest.mark.parametrize("act", ["drop", "half", "answer"])
def test_a_look_that_fails_is_taken_again(serve, vendor, act):
    with serve() as server:
        server.on_poll = [Fault(act, status=500, body=b"<html>"), Fault(act, status=502)]
        ask(vendor(server.url), memory_store())
    assert len(server.creations) == 1


ENDS = [("failed", PAIRS[0]), ("cancelled", PAIRS[0]), ("incomplete", PAIRS[0])]
ENDS += [("budget_exceeded", PAIRS[0]), ("requires_action", PAIRS[0])]
ENDS += [("failed", PAIRS[1]), ("cancelled", PAIRS[1]), ("requires_action", PAIRS[1])]


@pytest.mark.parametrize(("status", "pair"), ENDS)
def test_a_job_that_ends_otherwise_is_a_failure_by_its_name_and_stays_so(status, pair):
    serve, vendor = pair
    store = memory_store()
    with serve({"status": status, "error": {"message": f"told {CANARY}"}}) as server:
        for _ in range(2):
            with pytest.raises(ModelError, match=status.replace("_", " ")) as caught:
                ask(vendor(server.url), store)
            shows_no_key(caught.value)
    assert len(server.creations) == 1
    assert told(store)[-1].status == status


@BOTH
def test_a_job_that_never_ends_is_cancelled_at_its_deadline(serve, vendor):
    store = memory_store()
    terms = JobTerms(pace=JobPace(0.1, 0.01, 0.02))
    with serve() as server:
        server.polls_needed = 10_000
        with pytest.raises(ModelError, match="timed out"):
            ask(vendor(server.url), store, terms=terms)
    assert server.cancelled == ["job-1"]
    assert told(store)[-1].status == "timed_out"


def test_a_report_nobody_can_edit_is_kept_and_said():
    store = memory_store()
    with google.gemini_research_server() as server:
        for _ in range(2):
            with pytest.raises(ModelError, match="could not be turned into a pack"):
                ask(gemini(server.url), store, said="nonsense")
    assert told(store)[-1].report == google.REPORT
    assert len(server.creations) == 1


def test_a_budget_that_does_not_allow_it_stops_before_anything_is_asked():
    @contextmanager
    def reserve(call, model):
        raise BudgetExceeded(f"{call} {model}")
        yield

    store = memory_store()
    with google.gemini_research_server() as server:
        terms = JobTerms(pace=PACE, reserve=reserve)
        with pytest.raises(BudgetExceeded, match="research/A/job gemini/deep-research-x"):
            ask(gemini(server.url), store, terms=terms)
    assert not server.creations
    assert not told(store)


def test_a_stop_during_the_creation_still_records_the_id():
    store = memory_store()

    async def stopped(url):
        task = asyncio.create_task(researcher(gemini(url), store).research(REQUEST))
        while not told(store):  # noqa: ASYNC110  # the log is what tells, and it has no event
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with google.gemini_research_server() as server:
        asyncio.run(stopped(server.url))
        assert isinstance(told(store)[-1], ResearchJobStarted)
        ask(gemini(server.url), store)
    assert len(server.creations) == 1
