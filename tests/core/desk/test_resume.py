"""A week in steps, twice, at once, after a failure or a change: never traded twice, never mixed."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest

from config.wiring import open_store
from core.desk.weekly import WeekRun, run_week
from core.errors import BadInput, CouncilError
from core.events.account import (
    AccountOpened,
    OrderCancelled,
    OrderIntended,
    SeatModelChanged,
    TargetSet,
)
from core.events.week import RunCompleted, StageCompleted, StageFailed, StagesMarkedStale
from core.pipeline import StageState, StaleRun
from core.types import WeekId
from tests.fakes.desks import Bench, FlakyMarket, MoodyModel, bench, on, rules_settings

WEEK = WeekId("2024-01-03")
NEXT = WeekId("2024-01-10")
STEPS = ("research_b", "pitch", "peer_review", "chairman", "order_plan", "execution")


def a_bench(**more) -> Bench:
    return bench(rules_settings(), at=on(WEEK), **more)


def week(bench: Bench, until: str = "execution", week_id: WeekId = WEEK, **more) -> WeekRun:
    return asyncio.run(run_week(bench.desk, week_id, until=until, **more))


def orders(bench: Bench) -> Counter[str]:
    return Counter(event.intent.client_order_id for event in bench.events(OrderIntended))


@pytest.fixture(scope="module")
def in_one_go() -> Bench:
    made = a_bench()
    assert week(made).completed
    return made


@pytest.mark.parametrize("steps", [("pitch", "execution"), STEPS, ("order_plan", "execution")])
def test_a_week_in_steps_ends_like_a_week_in_one_go(in_one_go, steps):
    made = a_bench()
    ran: list[str] = []
    for step in steps:
        done = week(made, step)
        ran += done.ran
        assert done.ran[-1] == step
        assert done.completed == (step == "execution")
    assert len(ran) == len(set(ran)) == 9
    assert made.heads() == in_one_go.heads()


def test_steps_by_new_processes_at_later_instants_end_with_the_same_decisions(in_one_go):
    made = a_bench()
    week(made, "pitch")
    made.at(on(WEEK, "08:20"))
    later = made.under({})
    assert week(later).completed
    same = {f"week/{WEEK}", *(name for name in made.heads() if name.startswith("run/"))}
    assert {name: made.heads()[name] for name in same} == {
        name: in_one_go.heads()[name] for name in same
    }


def test_a_week_run_twice_trades_once_and_says_so(in_one_go):
    made = a_bench()
    first = week(made)
    assert not first.already_done
    before = made.heads()
    seen: list[tuple[str, StageState]] = []
    again = week(made, progress=lambda stage, state: seen.append((stage, state)))
    assert again.already_done
    assert again.completed
    assert again.ran == ()
    assert {state for _, state in seen} == {StageState.RESUMED}
    assert made.heads() == before
    assert set(orders(made).values()) == {1}


def test_a_step_asked_for_again_is_not_done_again():
    made = a_bench()
    week(made, "pitch")
    before = made.heads()
    again = week(made, "pitch")
    assert again.ran == ()
    assert made.heads() == before


def test_an_unknown_step_is_refused_by_name():
    with pytest.raises(CouncilError, match="no stage 'pitches': the stages are"):
        week(a_bench(), "pitches")


CHANGED = {"stages.pitch.temperature": "0.7"}


def test_settings_changed_between_steps_are_refused_and_noted_once():
    made = a_bench()
    week(made, "peer_review")
    other = made.under(CHANGED)
    for _ in range(2):
        with pytest.raises(StaleRun, match="pitch was completed under other settings") as refused:
            week(other)
        assert "rerun --from pitch" in str(refused.value)
        assert "\n" not in str(refused.value)
    stale = made.events(StagesMarkedStale)
    assert [event.stages for event in stale] == [("pitch",)]
    assert orders(made) == Counter()


def test_a_week_whose_settings_are_put_back_goes_on_and_replays(in_one_go):
    made = a_bench()
    week(made, "peer_review")
    with pytest.raises(StaleRun):
        week(made.under(CHANGED))
    done = week(made.under({}))
    assert done.completed
    assert orders(made) == orders(in_one_go)
    assert made.replay(WEEK).difference is None


def test_a_refused_change_of_model_leaves_every_account_alone():
    made = a_bench()
    week(made, "pitch")
    before = {name: head for name, head in made.heads().items() if name.startswith("account/")}
    with pytest.raises(StaleRun):
        week(made.under({"pm.trend.model": "rules/carry"}))
    assert made.events(SeatModelChanged) == []
    after = {name: head for name, head in made.heads().items() if name.startswith("account/")}
    assert after == before


def test_a_finished_week_asked_for_under_another_model_splits_no_record():
    made = a_bench()
    week(made)
    with pytest.raises(StaleRun):
        week(made.under({"pm.trend.model": "rules/carry"}))
    assert made.events(SeatModelChanged) == []


def test_models_changed_between_weeks_split_the_record_at_the_new_week():
    made = a_bench()
    week(made)
    other = made.under({"pm.trend.model": "rules/carry"}).at(on(NEXT))
    assert week(other, "risk", NEXT).ran
    assert other.events(SeatModelChanged) == []  # the old week is still the account's week
    assert week(other, week_id=NEXT).completed
    week(other, week_id=NEXT)
    (changed,) = other.events(SeatModelChanged)
    assert (changed.account_id, changed.week_id) == ("acct_1", NEXT)
    assert (changed.previous_model, changed.model) == ("rules/trend", "rules/carry")
    kinds = [row.type for row in other.rows("account/acct_1")]
    assert kinds.index(SeatModelChanged.__name__) == kinds.index("TargetSet", 2) - 1
    assert other.replay(NEXT).difference is None


def test_a_failed_stage_is_recorded_and_a_later_run_goes_on():
    plain = a_bench()
    market = FlakyMarket(plain.desk.market)
    made = bench(plain.settings, plain.store, clock=plain.desk.clock, market=market)
    for _ in range(2):
        with pytest.raises(CouncilError, match="the market cannot be reached"):
            week(made)
    failed = made.events(StageFailed)
    assert [event.stage for event in failed] == ["market_snapshot", "market_snapshot"]
    assert made.events(StageCompleted) == []
    assert len(made.events(AccountOpened)) == 6
    market.down = False
    assert week(made).completed
    assert len(made.events(RunCompleted)) == 1
    assert made.replay(WEEK).difference is None


def test_a_seat_that_was_silent_when_a_later_stage_failed_still_abstains_on_resume():
    made = a_bench(model=MoodyModel(frozenset({(WEEK, "rules/trend")})))
    week(made, "pitch")
    speaks_now = made.under({})
    assert week(speaks_now).completed
    targets = {event.target.account_id: event.target for event in made.events(TargetSet)}
    assert targets["acct_1"].instrument is None
    assert made.replay(WEEK).difference is None


def test_a_week_in_the_future_changes_nothing():
    made = a_bench()
    with pytest.raises(BadInput, match="week 2024-01-10 is in the future"):
        week(made, week_id=NEXT)
    assert made.heads() == {}


def test_a_week_overtaken_by_a_newer_one_is_never_traded():
    made = bench(rules_settings(), at=on(NEXT))
    week(made, week_id=NEXT)
    before = made.heads()
    with pytest.raises(BadInput, match=f"week {WEEK} is over: accounts are in week {NEXT}"):
        week(made, week_id=WEEK)
    assert made.heads() == before


def test_orders_a_week_planned_and_never_sent_are_dropped_by_the_next():
    made = a_bench()
    week(made, "order_plan")
    planned = set(orders(made))
    assert planned
    made.at(on(NEXT))
    assert week(made, week_id=NEXT).completed
    assert {event.client_order_id for event in made.events(OrderCancelled)} == planned
    for event in made.events(TargetSet):
        if event.week_id == NEXT:
            expected = made.desk.books.book(event.target.account_id).expected_positions()
            wanted = {event.target.instrument: event.target.quantity}
            assert expected == {name: held for name, held in wanted.items() if held}
    assert made.replay(NEXT).difference is None
    assert made.replay(WEEK).difference is None
    with pytest.raises(BadInput, match=f"week {WEEK} is over"):
        week(made, week_id=WEEK)


def test_a_finished_week_is_still_said_to_be_done_after_the_next():
    made = a_bench()
    week(made)
    made.at(on(NEXT))
    week(made, week_id=NEXT)
    before = made.heads()
    assert week(made, week_id=WEEK).already_done
    assert made.heads() == before


class SlowModel(MoodyModel):
    """Gives every other thread the time to arrive."""

    async def complete(self, request):
        await asyncio.sleep(0.02)
        return await super().complete(request)


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_two_runs_of_one_week_at_once_trade_once_and_one_is_told(kind, tmp_path, in_one_go):
    url = "sqlite://" if kind == "memory" else f"sqlite:///{tmp_path}/desk.db"
    settings = rules_settings(url)
    store = open_store(settings, synchronous="NORMAL")
    first = bench(settings, store, at=on(WEEK), model=SlowModel())
    others = store if kind == "memory" else open_store(settings, synchronous="NORMAL")
    second = bench(settings, others, at=on(WEEK), model=SlowModel())
    if kind == "memory":
        second = Bench(settings, store, first.desk)
    outcomes: list[object] = []
    barrier = threading.Barrier(2)

    def go(made: Bench) -> None:
        barrier.wait()
        try:
            outcomes.append(week(made))
        except CouncilError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=go, args=(made,)) for made in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [one for one in outcomes if isinstance(one, CouncilError)]
    assert len(refused) == 1, outcomes
    assert isinstance(refused[0], BadInput)
    assert f"week/{WEEK} is being worked on by" in str(refused[0])
    assert orders(first) == orders(in_one_go)
    assert first.heads() == in_one_go.heads()
    store.close()
    if others is not store:
        others.close()
