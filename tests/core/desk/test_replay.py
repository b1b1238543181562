"""A recorded week done again from the log alone: identical, or the first stage that is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from config.wiring import scratch_desk
from core.desk.replay import replay
from core.desk.weekly import run_week
from core.errors import BadInput, CouncilError
from core.events.account import CheckpointDecided, OrderFilled, OrderIntended, TargetSet
from core.events.calls import ModelCallCompleted
from core.events.week import ChairmanDecided, PitchAbstentionsRecorded, StageFailed
from core.schemas.decision import DecisionOrigin
from core.schemas.order import Purpose
from core.types import CheckpointAction, Direction, Horizon, WeekId
from tests.fakes.desks import (
    Bench,
    FlakyMarket,
    MoodyModel,
    bench,
    copied,
    no_network,
    on,
    rules_settings,
)
from tests.fakes.manual_desks import live

START, END = "2024-01-03", "2024-03-05"
WEEKS = [
    "2024-01-03", "2024-01-10", "2024-01-17", "2024-01-24", "2024-01-31",
    "2024-02-07", "2024-02-14", "2024-02-21", "2024-02-28",
]  # fmt: skip
NERVOUS = {
    "checkpoints.penalty": "2",
    "checkpoints.flip_beyond": "0.1",
    "risk.partial_fills": "true",
}
SILENT = frozenset({("2024-02-07", "rules/trend"), ("2024-02-07", "rules/carry")})
HORIZONS = {"rules/trend": Horizon.DAY, "rules/carry": Horizon.THREE_DAYS}


@pytest.fixture(scope="module")
def lived() -> Bench:
    """Nine weeks in which something happens: flips, exits, horizons, split fills, a lost quorum."""
    made = bench(rules_settings(overrides=NERVOUS), model=MoodyModel(SILENT, HORIZONS))
    assert made.simulate(START, END).failed == 0
    return made


def test_the_weeks_have_something_to_replay(lived):
    actions = {event.decision.action for event in lived.events(CheckpointDecided)}
    assert actions == set(CheckpointAction)
    purposes = {event.intent.purpose for event in lived.events(OrderIntended)}
    assert {Purpose.CHECKPOINT_OPEN, Purpose.HORIZON, Purpose.WEEKLY_CLOSE} <= purposes
    fills = [event.fill.client_order_id for event in lived.events(OrderFilled)]
    assert len(fills) > len(set(fills)), "no order was filled in parts"
    origins = {event.value.origin for event in lived.events(ChairmanDecided)}
    assert DecisionOrigin.NO_QUORUM in origins
    assert any(event.value for event in lived.events(PitchAbstentionsRecorded))


@pytest.mark.parametrize("week", WEEKS)
def test_a_week_replays_identically_without_market_or_network(lived, week):
    cut_off = Bench(
        lived.settings, lived.store, replace(lived.desk, market=FlakyMarket(lived.desk.market))
    )
    with no_network():
        report = cut_off.replay(week)
    assert report.difference is None
    assert report.events > 50
    assert report.identical


def test_a_replay_leaves_the_store_as_it_was(lived):
    before = lived.heads()
    lived.replay("2024-01-10")
    assert lived.heads() == before


def test_a_week_nobody_ran_cannot_be_replayed(lived):
    with pytest.raises(BadInput, match="week 2023-05-03 has no run"):
        lived.replay("2023-05-03")


@pytest.mark.parametrize("engine", ["rules", "model"])
def test_weeks_replay_under_either_checkpoint_engine(engine):
    made = bench(rules_settings(overrides={"checkpoints.engine": engine}))
    made.simulate("2024-01-03", "2024-01-16")
    assert made.replay("2024-01-03").difference is None
    assert made.replay("2024-01-10").difference is None


def tampered(bench: Bench, call: str, change) -> Bench:
    """A copy of the log in which the last answer of one call says something else."""
    stream = f"/{call}"
    last = [
        row.position
        for row in bench.store.read_all(types=[ModelCallCompleted.__name__])
        if row.stream_id.endswith(stream) and row.week_id == "2024-01-17"
    ][-1]

    def payload(row):
        if row.position != last:
            return row.payload
        answer = row.payload["answer"]
        return {**row.payload, "answer": {**answer, "text": change(answer["text"])}}

    store = copied(bench.store, bench.settings, payload)
    return Bench(bench.settings, store, bench.desk)


@pytest.mark.parametrize(
    ("call", "stage"),
    [("pitch/acct_2", "pitch"), ("peer_review/acct_1", "peer_review"), ("chairman", "chairman")],
)
def test_a_tampered_answer_names_the_first_stage_that_differs(lived, call, stage):
    calls = {
        row.stream_id.split("/", 2)[2] for row in lived.store.read_all(types=["ModelCallCompleted"])
    }
    assert call in calls, sorted(calls)
    other = tampered(lived, call, lambda text: text.replace("a", "e", 1) if text else text)
    difference = other.replay("2024-01-17").difference
    assert difference is not None
    assert difference.stage == stage
    assert difference.stream == "week/2024-01-17"


def test_an_unreadable_answer_names_its_stage_too(lived):
    other = tampered(lived, "pitch/acct_2", lambda text: text[:40])
    difference = other.replay("2024-01-17").difference
    assert difference is not None
    assert difference.stage == "pitch"


def test_a_changed_price_names_the_snapshot(lived):
    def payload(row):
        if row.type != "MarketRead" or row.week_id != "2024-01-17" or not row.payload["quotes"]:
            return row.payload
        first, *rest = row.payload["quotes"]
        return {**row.payload, "quotes": [{**first, "price": "1.2345"}, *rest]}

    other = Bench(lived.settings, copied(lived.store, lived.settings, payload), lived.desk)
    difference = other.replay("2024-01-17").difference
    assert difference is not None
    assert difference.stage == "market_snapshot"


def test_a_week_that_failed_first_and_was_resumed_replays():
    settings = rules_settings()
    plain = bench(settings, at=on("2024-01-03"))
    market = FlakyMarket(plain.desk.market)
    made = bench(settings, plain.store, clock=plain.desk.clock, market=market)
    with pytest.raises(CouncilError):
        asyncio.run(run_week(made.desk, WeekId("2024-01-03")))
    assert [event.stage for event in made.events(StageFailed)] == ["market_snapshot"]
    market.down = False
    run = asyncio.run(run_week(made.desk, WeekId("2024-01-03")))
    assert run.completed
    assert {t.target.direction for t in made.events(TargetSet)} != {Direction.FLAT}
    assert made.replay("2024-01-03").difference is None


def test_a_replay_uses_the_recorded_settings_not_todays(lived):
    today = rules_settings(overrides={"risk.max_position_pct": "0.1"})
    report = asyncio.run(
        replay(lived.store, WeekId("2024-01-24"), scratch_desk(today, lived.store))
    )
    assert report.difference is None


@pytest.mark.parametrize("until", ["market_snapshot", "pitch", "order_plan"])
def test_a_week_that_is_not_finished_replays_as_far_as_it_came(until):
    made = bench(rules_settings(), at=on("2024-01-03"))
    asyncio.run(run_week(made.desk, WeekId("2024-01-03"), until=until))
    report = made.replay("2024-01-03")
    assert report.difference is None
    assert report.events > 2


def test_a_week_whose_every_attempt_failed_replays_as_such():
    plain = bench(rules_settings(), at=on("2024-01-03"))
    market = FlakyMarket(plain.desk.market)
    made = bench(plain.settings, plain.store, clock=plain.desk.clock, market=market)
    with pytest.raises(CouncilError):
        asyncio.run(run_week(made.desk, WeekId("2024-01-03")))
    assert made.replay("2024-01-03").difference is None


def filled_across_a_claim(made: Bench) -> list[str]:
    """The weeks that were claimed between two fills of one order."""
    claims = {row.position: row.week_id for row in made.store.read_all(types=["WeekClaimed"])}
    parts: dict[str, list[int]] = {}
    for row in made.store.read_all(types=[OrderFilled.__name__]):
        parts.setdefault(row.payload["fill"]["client_order_id"], []).append(row.position)
    return [
        week
        for position, week in claims.items()
        if any(min(one) < position < max(one) for one in parts.values())
    ]


def test_an_order_filled_on_both_sides_of_a_claim_replays():
    """Its first part came at Tuesday's close, the second at Wednesday's open.

    Which order is split depends on its id, and so on the settings: the first seed that has one is taken.
    """
    settings = rules_settings(
        overrides={"risk.partial_fills": "true", "risk.fractional_longs": "true"}
    )
    for seed in range(1, 20):
        made = bench(settings, seed=seed)
        made.simulate("2024-01-03", "2024-01-31")
        across = filled_across_a_claim(made)
        if across:
            break
    assert across
    for week in across:
        assert made.replay(week).difference is None


def test_a_tampered_checkpoint_answer_names_the_checkpoint():
    made = bench(rules_settings(overrides={"checkpoints.engine": "model"}))
    made.simulate("2024-01-10", "2024-01-18")
    calls = [
        row.stream_id.split("/", 2)[2]
        for row in made.store.read_all(types=[ModelCallCompleted.__name__])
        if "/checkpoint/2024-01-18" in row.stream_id
    ]
    other = tampered(made, calls[0], lambda text: text.replace('"conviction":', '"conviction":0'))
    difference = other.replay("2024-01-17").difference
    assert difference is not None
    assert difference.stage == "checkpoint"


def test_a_checkpoint_between_the_talk_and_the_orders_replays_where_it_stood():
    """Research took until noon: a position of the week before was closed before the plan was made."""
    nervous = {"checkpoints.penalty": "0.9", "checkpoints.flip_beyond": "0.3"}
    made = bench(rules_settings(overrides=nervous), at=on("2024-01-03"), seed=1)
    for week, ends in (("2024-01-03", "2024-01-10"), ("2024-01-10", "2024-01-17")):
        made.at(on(week))
        asyncio.run(run_week(made.desk, WeekId(week), until="chairman"))
        live(made, on(week, "12:30"))
        made.at(on(week, "12:30"))
        asyncio.run(run_week(made.desk, WeekId(week)))
        live(made, on(ends))
    orders = [event.intent for event in made.events(OrderIntended)]
    assert any(one.decided_at == on("2024-01-10", "12:00") for one in orders)
    assert made.replay("2024-01-10").difference is None
    assert made.replay("2024-01-03").difference is None
