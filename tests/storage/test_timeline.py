"""The timeline of a run: when stages began, how long they took, what they cost, and who failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.desk.writing import new_event, week_stream
from core.events.calls import ModelCallCompleted, ModelCallFailed, ModelCallRequested
from core.events.envelope import Append
from core.events.week import StageCompleted, StageFailed
from core.schemas.model_call import Message, ModelAnswer, ModelRequest, Usage
from core.types import RunId, StreamId, WeekId
from storage.projections import ALL_PROJECTIONS
from storage.queries import StageStatus, StoreReader, week_detail, week_ids
from storage.queries.frozen_week import frozen_closes, limits_of, week_targets
from storage.queries.timeline import run_timeline, stage_of
from tests.fakes.stored_weeks import RUN, append, open_desk, simulated_store, start_run
from tests.fakes.week import AS_OF, WEEK, policy
from tests.storage.conftest import SHARED


@pytest.fixture
def desk(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    open_desk(store)
    start_run(store)
    return store


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('simulated') / 'desk.db'}"
    simulated_store(url, weeks=2)
    return StoreReader.at(url)


def timed(store, stage, seconds):
    """The stage is done after so many seconds of wall time."""
    stream = week_stream(WEEK)
    done = StageCompleted(run_id=RUN, stage=stage, fingerprint="f", gives=())
    new = new_event(stream, done, [stage], AS_OF, week_id=WEEK, run_id=RUN)
    version = store.head(stream).version
    store.commit([Append(stream, [replace(new, telemetry={"duration_s": seconds})], version)])


def call(store, name, *, cost="0", error=None):
    """One call of the run, answered at this cost or failed."""
    stream = StreamId(f"run/{RUN}/{name}")
    request = ModelRequest(
        call=name, model="openai/gpt-5.1", messages=(Message(role="user", content="?"),)
    )
    append(store, stream, ModelCallRequested(request_hash=name, request=request))
    if error is not None:
        append(store, stream, ModelCallFailed(request_hash=name, error="E", message=error))
        return
    usage = Usage(prompt_tokens=1, cost_usd=cost, cost_source="provider")
    answer = ModelAnswer(text="{}", served_model="openai/gpt-5.1", usage=usage)
    append(store, stream, ModelCallCompleted(request_hash=name, answer=answer))


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_stage_has_its_length_its_cost_and_its_failed_calls(desk):
    call(desk, "pitch/acct_1", cost="0.25")
    call(desk, "pitch/acct_2", cost="0.50")
    call(desk, "pitch/acct_3", error="no answer in 180 s")
    timed(desk, "pitch", 4.5)
    found = run_timeline(StoreReader(desk.engine), WEEK, RUN)
    (span,) = found.spans
    assert (span.stage, span.status, span.seconds) == ("pitch", StageStatus.DONE, 4.5)
    assert span.ended - span.began == timedelta(seconds=4.5)
    assert (span.cost_usd, span.bills, span.failed) == (Decimal("0.75"), 3, 1)
    assert found.cost_usd == Decimal("0.75")
    (failed,) = found.failed_calls
    assert (failed.call, failed.message) == ("pitch/acct_3", "E: no answer in 180 s")


def test_a_stage_that_waited_to_be_written_began_with_its_first_call(desk):
    call(desk, "chairman")
    timed(desk, "chairman", 0.0)
    timed(desk, "risk", 0.0)
    chairman, risk = run_timeline(StoreReader(desk.engine), WEEK, RUN).spans
    asked = next(iter(desk.read(StreamId(f"run/{RUN}/chairman")))).recorded_at
    assert chairman.began.isoformat()[:23] == asked[:23]
    assert risk.began == risk.ended > chairman.began


def test_a_failed_stage_has_no_length_and_its_reason(desk):
    failed = StageFailed(run_id=RUN, stage="risk", error="MarketError", message="no price")
    append(desk, week_stream(WEEK), failed)
    (span,) = run_timeline(StoreReader(desk.engine), WEEK, RUN).spans
    assert (span.status, span.seconds) == (StageStatus.FAILED, None)
    assert (span.began, span.message) == (span.ended, "MarketError: no price")


def test_a_run_without_a_finished_stage_has_no_spans(desk):
    assert run_timeline(StoreReader(desk.engine), WEEK, RUN).spans == ()


def test_each_research_pack_is_a_stage_of_its_own():
    assert stage_of("research/A") == "research_a"
    assert stage_of("pitch/acct_1") == "pitch"
    assert stage_of("chairman/fallback/1") == "chairman"


def test_a_simulated_week_is_timed_from_its_first_stage_to_its_last(simulated):
    week_id = week_ids(simulated)[0]
    detail = week_detail(simulated, week_id)
    spans = run_timeline(simulated, week_id, detail.summary.run_id).spans
    assert {one.stage for one in spans} == {one.stage for one in detail.summary.stages}
    assert all(one.seconds is not None for one in spans)
    assert spans[0].began == min(one.began for one in spans)


def test_closes_are_those_the_run_read_and_end_with_the_frozen_price(simulated):
    week_id = week_ids(simulated)[0]
    detail = week_detail(simulated, week_id)
    closes = frozen_closes(simulated, detail.summary.run_id, 40)
    assert set(closes) == set(detail.snapshot.symbols)
    for asset in detail.snapshot.assets:
        assert len(closes[asset.symbol]) == 40
        assert closes[asset.symbol][-1] == pytest.approx(float(asset.price), rel=1e-3)
    assert frozen_closes(simulated, RunId("nobody")) == {}


def test_targets_and_limits_are_those_of_the_week(simulated, desk):
    week_id = week_ids(simulated)[0]
    assert [one.account_id for one in week_targets(simulated, week_id)] == [
        f"acct_{number}" for number in range(1, 7)
    ]
    assert week_targets(simulated, WeekId("2020-01-01")) == ()
    reader = StoreReader(desk.engine)
    assert limits_of(reader, RUN) == policy().risk
    assert limits_of(reader, RunId("nobody")) is None
