"""What-ifs: a week again from some stage on; they inherit what came before and never trade."""

from __future__ import annotations

import asyncio

import pytest

from core.desk.rerun import rerun
from core.desk.runs import official_run, started_event
from core.desk.weekly import WeekRun, run_week
from core.errors import BadInput
from core.events.calls import ModelCallRequested
from core.events.week import (
    LabelsAssigned,
    OrdersPlanned,
    PitchesCollected,
    RunStarted,
    StageCompleted,
)
from core.keys import ORDER_INTENTS, PEER_REVIEWS, PM_PITCHES
from core.pipeline import StaleRun
from core.types import WeekId
from tests.fakes.desks import Bench, bench, on, rules_settings

WEEK = WeekId("2024-01-10")
BEFORE = ["market_snapshot", "research_a", "research_b"]


@pytest.fixture(scope="module")
def lived() -> Bench:
    """Two weeks lived, a third begun: the second one's what-ifs find their own accounts."""
    made = bench(rules_settings())
    assert made.simulate("2024-01-03", "2024-01-18").failed == 0
    return made


def what_if(made: Bench, from_stage: str, week: WeekId = WEEK, **overrides: str) -> WeekRun:
    keys = {key.replace("__", "."): value for key, value in overrides.items()}
    return asyncio.run(rerun(made.desk, week, from_stage, keys))


def official(heads: dict[str, str]) -> dict[str, str]:
    """Everything that is not a what-if's own, nor the settings it was asked under."""
    return {name: head for name, head in heads.items() if name.startswith(("account/", "week/"))}


def test_a_what_if_under_another_model_inherits_and_never_trades(lived):
    before = official(lived.heads())
    done = what_if(lived, "pitch", pm__trend__model="rules/carry")
    assert official(lived.heads()) == before
    assert list(done.resumed) == BEFORE
    assert done.ran == ("pitch", "peer_review", "chairman", "risk", "order_plan")
    pitches = {pitch.account_id: pitch for pitch in done.context[PM_PITCHES]}
    assert pitches["acct_1"].model == "rules/carry"
    assert pitches["acct_1"].instrument == pitches["acct_4"].instrument
    kinds = {row.type for row in lived.rows(done.run.stream)}
    assert not kinds & {"OrdersExecuted", "OrderIntended", "TargetSet", "WeekClaimed"}


def test_a_what_if_keeps_its_parents_instant_seed_and_labels(lived):
    parent = official_run(lived.store, WEEK)
    done = what_if(lived, "peer_review", stages__peer_review__temperature="0.1")
    assert (done.run.as_of, done.run.seed) == (parent.as_of, parent.seed)
    assert done.run.parent_run_id == parent.run_id
    started = started_event(lived.store, done.run)
    assert started.from_stage == "peer_review"
    assert started.overrides == {"stages.peer_review.temperature": "0.1"}
    assert labels(lived, done.run.stream) == labels(lived, f"week/{WEEK}")
    assert started.settings_fingerprint != started_event(lived.store, parent).settings_fingerprint


def labels(made: Bench, stream: str) -> list[object]:
    rows = [row for row in made.rows(stream) if row.type == LabelsAssigned.__name__]
    assert rows
    return [made.store.decode(row).value for row in rows]


def test_a_what_if_without_a_change_plans_the_same_orders(lived):
    """From the accounts as they were then, though they have traded on since."""
    done = what_if(lived, "market_snapshot")
    planned = {
        row.run_id: lived.store.decode(row).value
        for row in lived.store.read_all(types=[OrdersPlanned.__name__])
        if row.week_id == WEEK
    }
    mine = planned[done.run.run_id]
    theirs = planned[official_run(lived.store, WEEK).run_id]
    assert mine == done.context[ORDER_INTENTS]
    assert [_order(one) for one in mine] == [_order(one) for one in theirs]
    assert {one.client_order_id for one in mine}.isdisjoint(one.client_order_id for one in theirs)


def _order(intent):
    return (intent.account_id, intent.symbol, intent.side, intent.quantity, intent.purpose)


def test_asking_for_a_what_if_twice_changes_nothing(lived):
    first = what_if(lived, "chairman", council__quorum_pitches="4")
    before = lived.heads()
    again = what_if(lived, "chairman", council__quorum_pitches="4")
    assert lived.heads() == before
    assert again.already_done
    assert again.run == first.run


def test_two_overrides_are_two_what_ifs(lived):
    one = what_if(lived, "risk", risk__max_position_pct="0.5")
    other = what_if(lived, "risk", risk__max_position_pct="0.25")
    assert one.run.run_id != other.run.run_id
    sizes = [
        sum(intent.quantity for intent in done.context[ORDER_INTENTS]) for done in (one, other)
    ]
    assert sizes[0] > sizes[1]


def test_an_override_of_an_earlier_stage_is_refused_and_changes_nothing(lived):
    before = lived.heads()
    with pytest.raises(StaleRun, match="pitch was completed under other settings") as refused:
        what_if(lived, "chairman", pm__trend__model="rules/carry")
    assert "rerun --from pitch" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert official(lived.heads()) == official(before)
    assert lived.heads() == before


@pytest.mark.parametrize(
    ("stage", "overrides", "line"),
    [
        ("pitches", {}, "--from pitches is no stage: use one of market_snapshot, research_a"),
        ("execution", {}, "--from execution is no stage"),
        ("pitch", {"pm__nobody__model": "rules/carry"}, "--set pm.nobody.model names nothing"),
        ("risk", {"risk__max_position_pct": "7"}, "--set: risk.max_position_pct cannot be '7'"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(lived, stage, overrides, line):
    before = lived.heads()
    with pytest.raises(BadInput) as refused:
        what_if(lived, stage, **overrides)
    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)
    assert lived.heads() == before


def test_a_week_nobody_ran_has_no_what_if(lived):
    with pytest.raises(BadInput, match="week 2023-05-03 has no run: start it with"):
        what_if(lived, "pitch", WeekId("2023-05-03"))


def test_a_stage_its_parent_never_reached_is_named():
    made = bench(rules_settings(), at=on("2024-01-03"))
    asyncio.run(run_week(made.desk, WeekId("2024-01-03"), until="pitch"))
    with pytest.raises(BadInput, match="stage peer_review of week 2024-01-03 never finished"):
        what_if(made, "chairman", WeekId("2024-01-03"))
    done = what_if(made, "peer_review", WeekId("2024-01-03"))
    assert done.completed


def test_a_week_with_what_ifs_still_replays(lived):
    what_if(lived, "pitch", pm__carry__model="rules/trend")
    assert lived.replay(WEEK).difference is None


def test_a_what_if_of_an_interrupted_process_is_resumed(lived):
    """A run that started and did no stage is taken up, not started again."""
    done = what_if(lived, "risk", risk__max_position_pct="0.75")
    starts = [row for row in lived.rows(done.run.stream) if row.type == RunStarted.__name__]
    stages = [row for row in lived.rows(done.run.stream) if row.type == StageCompleted.__name__]
    assert len(starts) == 1
    assert [row.payload["stage"] for row in stages] == ["risk", "order_plan"]


def test_a_what_if_without_a_seat_keeps_what_the_others_said(lived):
    before = official(lived.heads())
    done = what_if(lived, "peer_review", pm__trend__exclude="true")
    parent = official_run(lived.store, WEEK)
    theirs = next(
        lived.store.decode(row).value
        for row in lived.rows(parent.stream)
        if row.type == PitchesCollected.__name__
    )
    assert done.context[PM_PITCHES] == tuple(p for p in theirs if p.account_id != "acct_1")
    assert done.ran == ("peer_review", "chairman", "risk", "order_plan")
    assert not any(one.account_id == "acct_1" for one in done.context[ORDER_INTENTS])
    assert {review.reviewer_model for review in done.context[PEER_REVIEWS]}.isdisjoint(
        {"rules/trend"}
    )
    assert official(lived.heads()) == before


def test_a_seat_cannot_be_left_out_after_it_was_reviewed(lived):
    with pytest.raises(StaleRun, match="rerun --from peer_review"):
        what_if(lived, "chairman", pm__trend__exclude="true")


def test_a_seat_left_out_hides_no_other_change_of_the_pitches(lived):
    with pytest.raises(StaleRun, match="rerun --from pitch"):
        what_if(lived, "peer_review", pm__trend__exclude="true", pm__carry__model="rules/trend")


def test_a_what_if_under_another_prompt_asks_with_it_and_records_it(lived):
    text = lived.desk.prompts.templates["chairman"] + "\nBe brief."
    done = what_if(lived, "chairman", prompt__chairman__text=text)
    assert done.ran == ("chairman", "risk", "order_plan")
    asked = [
        lived.store.decode(row).request.messages[0].content
        for row in lived.rows(done.run.call_stream("chairman"))
        if row.type == ModelCallRequested.__name__
    ]
    assert asked
    assert all("Be brief." in prompt for prompt in asked)
    started = started_event(lived.store, done.run)
    assert started.overrides == {"prompt.chairman.text": text}
    assert started.prompts_fingerprint != lived.desk.prompts.fingerprint
    with pytest.raises(StaleRun, match="rerun --from chairman"):
        what_if(lived, "risk", prompt__chairman__text=text)
