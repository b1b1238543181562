"""What a week cost, as its events say it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from core.events.calls import (
    ModelCallCompleted,
    ModelCallFailed,
    ModelCallRequested,
    ModelFellBack,
    ResearchJobEnded,
)
from core.events.spending import BudgetStopped
from core.schemas.model_call import CostSource, ModelAnswer, Usage
from core.types import StreamId, WeekId
from storage.migrations import alembic_config
from storage.projections import ALL_PROJECTIONS
from storage.projections.calls import CALLS
from storage.queries import StoreReader
from storage.queries.costs import mean_tokens, week_costs
from tests.fakes.spending import request
from tests.fakes.stored_weeks import RUN, append, open_desk
from tests.fakes.week import WEEK
from tests.storage.conftest import SHARED


def usage(cost, source=CostSource.PROVIDER, prompt=1_000, completion=200):
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=50,
        cached_tokens=10,
        cost_usd=cost,
        cost_source=source,
    )


def answered(cost, served="vendor/dear-2026", source=CostSource.PROVIDER, **tokens):
    answer = ModelAnswer(
        text="{}",
        served_model=served,
        provider="openrouter",
        usage=usage(cost, source, **tokens),
    )
    return ModelCallCompleted(request_hash="h", answer=answer)


def failed(cost="0", source=CostSource.NONE):
    billed = usage(cost, source) if source is not CostSource.NONE else Usage()
    return ModelCallFailed(request_hash="h", error="ModelTimeout", message="late", usage=billed)


def fell(cost="0.02"):
    return ModelFellBack(
        request_hash="h",
        model="vendor/dear",
        next_model="vendor/cheap",
        error="ModelTruncated",
        message="cut off",
        usage=usage(cost),
    )


def call(store, name, *events, model="vendor/dear"):
    asked = ModelCallRequested(request_hash=name, request=request(name, model))
    made = [event.model_copy(update={"request_hash": name}) for event in events]
    append(store, StreamId(f"run/{RUN}/{name}"), asked, *made)


@pytest.fixture
def desk(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    open_desk(store)
    return store


def lines(store):
    costs = week_costs(StoreReader(store.engine), WEEK)
    return {(line.stage, line.model): line for line in costs.lines}


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_calls_are_summed_by_stage_and_model_and_by_where_the_figure_comes_from(desk):
    call(desk, "pitch/acct_1", answered("0.10"))
    call(desk, "pitch/acct_2", answered("0.005", source=CostSource.PRICE_TABLE))
    call(desk, "chairman", answered("0.3"))
    line = lines(desk)["pitch", "vendor/dear"]
    assert (line.calls, line.failed, line.unknown) == (2, 0, 0)
    assert (line.prompt_tokens, line.completion_tokens) == (2_000, 400)
    assert (line.reasoning_tokens, line.cached_tokens) == (100, 20)
    assert line.cost == {
        CostSource.PROVIDER: Decimal("0.10"),
        CostSource.PRICE_TABLE: Decimal("0.005"),
    }
    assert (line.served, line.providers) == (("vendor/dear-2026",), ("openrouter",))
    costs = week_costs(StoreReader(desk.engine), WEEK)
    assert costs.total_usd == Decimal("0.405")
    assert costs.by_source()[CostSource.PRICE_TABLE] == Decimal("0.005")
    assert [one.stage for one in costs.lines] == ["pitch", "chairman"]


def test_a_call_that_failed_and_was_made_again_has_both_its_bills(desk):
    call(desk, "pitch/acct_1", failed("0.04", CostSource.PRICE_TABLE), answered("0.10"))
    line = lines(desk)["pitch", "vendor/dear"]
    assert (line.calls, line.failed, line.cost_usd) == (2, 1, Decimal("0.14"))


def test_a_deputys_answer_is_its_own_and_the_failed_models_bill_stays(desk):
    call(desk, "pitch/acct_1", fell(), answered("0.01", served="vendor/cheap-1"))
    found = lines(desk)
    dear, cheap = found["pitch", "vendor/dear"], found["pitch", "vendor/cheap"]
    assert (dear.calls, dear.failed, dear.fell_back) == (1, 1, 1)
    assert (dear.cost_usd, dear.served) == (Decimal("0.02"), ())
    assert (cheap.calls, cheap.failed, cheap.cost_usd) == (1, 0, Decimal("0.01"))
    assert cheap.served == ("vendor/cheap-1",)


def test_a_research_job_has_a_row(desk):
    job = ResearchJobEnded(
        request_hash="h",
        researcher="gemini/deep-research",
        job_id="j",
        status="completed",
        usage=usage("2.75"),
    )
    append(desk, StreamId(f"run/{RUN}/research/A"), job)
    line = lines(desk)["research", "gemini/deep-research"]
    assert (line.calls, line.cost_usd, line.providers) == (1, Decimal("2.75"), ("gemini",))


def test_an_unknown_price_is_counted_not_taken_for_nothing(desk):
    call(desk, "pitch/acct_1", answered("0", source=CostSource.NONE))
    call(desk, "pitch/acct_2", failed())
    assert lines(desk)["pitch", "vendor/dear"].unknown == 1


def test_rules_cost_nothing_and_nothing_about_them_is_unknown(desk):
    call(desk, "pitch/acct_1", answered("0", source=CostSource.NONE), model="rules/trend")
    assert lines(desk)["pitch", "rules/trend"].unknown == 0


def test_stops_and_unanswered_calls_are_told(desk):
    call(desk, "pitch/acct_1")
    stop = BudgetStopped(
        week_id=WEEK,
        call="pitch/acct_1",
        model="vendor/dear",
        spent_usd=Decimal("0.99"),
        reserved_usd=Decimal(0),
        estimate_usd=None,
        limit_usd=Decimal(1),
    )
    append(desk, StreamId("system/budget"), stop)
    costs = week_costs(StoreReader(desk.engine), WEEK)
    (told,) = costs.stops
    assert (told.spent_usd, told.estimate_usd, told.limit_usd) == (Decimal("0.99"), None, 1)
    assert costs.unanswered == ("pitch/acct_1",)


def test_a_week_nobody_ran_cost_nothing(desk):
    costs = week_costs(StoreReader(desk.engine), WeekId("2020-01-01"))
    assert (costs.lines, costs.total_usd, costs.stops) == ((), 0, ())


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_past_calls_have_a_mean_size_by_stage(desk):
    call(desk, "pitch/acct_1", answered("0.1", prompt=1_000, completion=100))
    call(desk, "pitch/acct_2", answered("0.1", prompt=3_000, completion=300))
    call(desk, "chairman", failed())
    assert mean_tokens(StoreReader(desk.engine)) == {"pitch": (2_000, 200)}


def as_of_0002() -> tuple[set[str], set[str]]:
    """The tables and indexes of a store that nobody has migrated since."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        return named(connection, "table"), named(connection, "index")


def named(connection, kind: str) -> set[str]:
    asked = text("SELECT name FROM sqlite_master WHERE type = :kind AND name NOT LIKE 'sqlite_%'")
    return set(connection.execute(asked, {"kind": kind}).scalars())


def test_a_store_of_before_gets_the_bills_of_its_old_calls_when_it_is_opened(desk, open_at):
    call(desk, "pitch/acct_1", fell(), answered("0.01"))
    before = lines(desk)
    tables, indexes = as_of_0002()
    with desk.engine.begin() as connection:
        for statement in (
            "ALTER TABLE model_calls DROP COLUMN deputy",
            "ALTER TABLE model_calls DROP COLUMN provider",
            *(f"DROP TABLE {name}" for name in named(connection, "table") - tables),
            *(f"DROP INDEX IF EXISTS {name}" for name in named(connection, "index") - indexes),
            "UPDATE alembic_version SET version_num = '0002'",
        ):
            connection.execute(text(statement))
    desk.close()
    assert lines(open_at(projections=ALL_PROJECTIONS)) == before


def test_a_rebuild_gives_the_same_rows(desk):
    call(desk, "pitch/acct_1", fell(), failed("0.04", CostSource.PRICE_TABLE), answered("0.01"))
    before = lines(desk)
    desk.rebuild([CALLS])
    assert lines(desk) == before
