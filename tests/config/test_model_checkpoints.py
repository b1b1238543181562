"""A week whose checkpoints are decided by the accounts' own models, over real sockets."""

from __future__ import annotations

import gc
import json
import re
import time
from collections import defaultdict
from decimal import Decimal
from functools import partial
from types import FunctionType, MethodType, ModuleType

import pytest

from core.desk.runs import the_official_run
from core.desk.slots import Job
from core.events.account import CheckpointDecided, CheckpointLimited, OrderIntended, TargetSet
from core.events.calls import ModelCallRequested
from core.overrides import with_overrides
from core.prices import Budget
from core.schemas.order import Purpose
from core.stages.asking import Asker
from core.stages.checkpoint import CheckpointStage, ModelEngine
from core.types import CheckpointAction, WeekId
from storage.verification import verify
from tests.cli.clean_environment import copied_root
from tests.config.test_live_week import LISTED, live
from tests.core.stages.test_blindness import DECORATIONS, trace
from tests.fakes.desks import bench, on
from tests.servers.council_server import WATCHING, council_server, decision, findings, pitch

FIRST, LAST = "2024-01-03", "2024-01-09"
CANARY = "Zanzibar tariff leak"
OWN = {
    "acct_1": "openai/gpt-5.1",
    "acct_2": "google/gemini-3-pro-preview",
    "acct_3": "anthropic/claude-sonnet-4.5",
    "acct_4": "x-ai/grok-4",
    "acct_5": "anthropic/claude-opus-4.5",
}


def answer(action, conviction, **more):
    return json.dumps({"conviction": conviction, "action": action, "reason": "as told", **more})


class Council:
    """Says who it is and what it researched wherever it may write; ``told`` decides checkpoints."""

    def __init__(self, terms=(), told=None):
        self.told = told or {}
        decorated = list(DECORATIONS.values())
        self.names = ["; ".join(paint(term) for term in terms) for paint in decorated if terms]

    def __call__(self, model: str, prompt: str) -> str | None:
        if WATCHING in prompt:
            say = self.told.get(model)
            return say(prompt) if callable(say) else say
        if "You chair a macro trading council" in prompt:
            said = decision()
            said["rationale"] += "; " + "; ".join(self.names[7:10:2])
            said["monitoring_plan"]["watch_conditions"] += [name[:390] for name in self.names]
            return json.dumps(said)
        if "macro_regime" in prompt and "position_size_hint" not in prompt:
            found = findings()
            found["top_narratives"][0]["why_it_moves_prices_this_week"] = [CANARY]
            found["consensus_map"]["street_consensus"] = CANARY
            return json.dumps(found)
        if "You are reviewing trade ideas" in prompt:
            return None
        said = pitch(model)
        said["thesis_bullets"] = [f"own words of {model[-4:]}", *self.names[:4]]
        said["invalidation"] += "; " + "; ".join(self.names[4:6])
        said["risk_notes"] += "; " + "; ".join(self.names[6:9:2])
        return json.dumps(said)


def watched(server, root, **more):
    """The live profile with its models at the checkpoints."""
    settings = live(server, root)
    policy = with_overrides(settings.policy, {"checkpoints.engine": "model"})
    return settings.model_copy(update={"policy": policy, **more})


def terms_of(root):
    with council_server() as server:
        return live(server, root).policy.identity_terms()


@pytest.fixture
def root(tmp_path):
    return copied_root(tmp_path / "root")


def a_week(root, say):
    with council_server(say, models=LISTED) as server:
        made = bench(watched(server, root), at=on(FIRST, "06:00"))
        report = made.simulate(FIRST, LAST)
        assert (report.weeks, report.failed) == (1, 0)
        return made, list(server.bodies)


def by_account(made):
    found = defaultdict(list)
    for event in made.events(CheckpointDecided):
        found[event.decision.account_id].append(event.decision)
    return found


def prompts(bodies):
    return [body["messages"][-1]["content"] for body in bodies if WATCHING in str(body["messages"])]


def test_each_account_is_watched_by_its_own_model_which_hears_no_name_and_no_research(root):
    terms = terms_of(root)
    made, bodies = a_week(root, Council(terms))
    asked = defaultdict(set)
    for row in made.store.read_all(types=[ModelCallRequested.__name__]):
        request = made.store.decode(row).request
        if request.call.startswith("checkpoint/"):
            asked[request.call.rpartition("/")[2]].add(request.model)
    assert dict(asked) == {account: {model} for account, model in OWN.items()}
    heard = prompts(bodies)
    assert len(heard) > 5 * len(OWN)
    for text in heard:
        assert [term for term in terms if trace(term, text)] == []
        assert re.findall(r"acct_\d|idea-\d|run-\d", text) == []
        assert CANARY not in text
        assert "macro_regime" not in text
        assert text.count("\n- LONG, ") + text.count("\n- FLAT, ") == len(
            OWN
        )  # five peers, FLAT too
    assert any(CANARY in str(body["messages"]) for body in bodies)
    assert sum("own words of -5.1" in text for text in heard) * 5 == len(heard)
    assert verify(made.store).ok


def test_what_a_model_answers_is_done_within_the_rules_and_no_more(root):
    other = answer("STAY", 2.0, instrument="TSLA", quantity=1_000_000, research="what is new?")
    told = {
        OWN["acct_1"]: answer("STAY", 2.0),
        OWN["acct_2"]: other,
        OWN["acct_3"]: answer("REDUCE", 0.5),
        OWN["acct_4"]: answer("FLIP", -2.0),
        OWN["acct_5"]: answer("EXIT", 0.9),
    }
    made, _ = a_week(root, Council(told=told))
    decisions, sized = by_account(made), {}
    for event in made.events(TargetSet):
        sized[event.target.account_id] = event.target
    orders = [event.intent for event in made.events(OrderIntended)]
    for intent in orders:
        assert intent.symbol == sized[intent.account_id].instrument
        assert intent.quantity <= abs(sized[intent.account_id].quantity)
    by_checkpoint = defaultdict(list)
    for intent in orders:
        if intent.purpose in (Purpose.CHECKPOINT_CLOSE, Purpose.CHECKPOINT_OPEN):
            by_checkpoint[intent.account_id].append(intent)
    assert set(by_checkpoint) == {"acct_3", "acct_4", "acct_5"}
    asked_more = [one for one in decisions["acct_2"] if one.price is not None]
    assert {(one.action, one.rule) for one in asked_more} == {("STAY", "engine_failed")}
    assert "instrument: Extra inputs are not permitted" in asked_more[0].reason_delta
    exits = [one for one in decisions["acct_5"] if one.action is CheckpointAction.EXIT]
    assert [(one.rule, one.panic) for one in exits] == [("exit_though_convinced", True)]
    flips = [one for one in decisions["acct_4"] if one.action is CheckpointAction.FLIP]
    assert len(flips) == 1
    close, opening = by_checkpoint["acct_4"][:2]
    assert opening.after == close.client_order_id
    assert not made.events(CheckpointLimited) or all(
        event.hits for event in made.events(CheckpointLimited)
    )


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("I would rather not say. {", "AnswerUnusable"),
        (answer("STAY", 7.0), "AnswerUnusable"),
        (answer("BUY", 1.0), "AnswerUnusable"),
        ("", "ModelEmpty"),
    ],
)
def test_a_model_without_a_usable_answer_stays_and_says_why(root, said, error):
    with council_server(Council(told=dict.fromkeys(OWN.values(), said)), models=LISTED) as server:
        made = bench(watched(server, root), at=on(FIRST, "06:00"))
        made.run(made.slots(FIRST, FIRST))
    found = [one for one in made.events(CheckpointDecided) if one.decision.price is not None]
    assert found
    for event in found:
        assert (event.decision.action, event.decision.rule) == ("STAY", "engine_failed")
        assert event.decision.reason_delta.startswith(f"{error}: ")
        assert event.decision.conviction_after == event.decision.conviction_before


def test_a_model_that_is_late_and_one_that_is_too_dear_stay_as_well(root):
    def late(prompt: str) -> str:
        time.sleep(1.0)
        return answer("EXIT", 0.0)

    say = Council(told=dict.fromkeys(OWN.values(), late))
    with council_server(say, models=LISTED) as server:
        settings = watched(server, root)
        stages = settings.policy.profile.stages
        quick = {**stages, "checkpoint": stages["checkpoint"].model_copy(update={"timeout_s": 0.2})}
        profile = settings.policy.profile.model_copy(update={"stages": quick})
        policy = settings.policy.model_copy(update={"profile": profile})
        made = bench(settings.model_copy(update={"policy": policy}), at=on(FIRST, "06:00"))
        slots = made.slots(FIRST, "2024-01-04")
        thursday = [one for one in slots if one.job is Job.CHECKPOINT and one.session.day == 4]
        before = [one for one in slots if one.at < thursday[0].at and one.job is not Job.CHECKPOINT]
        made.run([*before, thursday[0]])
        dear = watched(server, root, budget=Budget(week_usd=Decimal("0.10")))
        poor = bench(dear, made.store, clock=made.desk.clock)
        poor.run([thursday[1]])
    rules = [one.decision for one in made.events(CheckpointDecided) if one.decision.price]
    assert {one.rule for one in rules} == {"engine_failed"}
    assert {one.reason_delta.partition(":")[0] for one in rules} == {
        "ModelTimeout",
        "BudgetExceeded",
    }
    assert not [
        one for one in made.events(OrderIntended) if one.intent.purpose.startswith("checkpoint")
    ]


def reachable(start):
    """Every object of this project that can be reached through attributes, closures and containers."""
    found, waiting = {}, [start]
    while waiting:
        one = waiting.pop()
        if id(one) in found or isinstance(one, (type, ModuleType, str, bytes, int, float)):
            continue
        found[id(one)] = one
        ours = type(one).__module__.partition(".")[0] in {"core", "providers", "storage", "config"}
        if ours or isinstance(one, (dict, list, tuple, set, frozenset, MethodType, partial)):
            waiting += gc.get_referents(one)
        elif isinstance(one, FunctionType):
            waiting += [cell.cell_contents for cell in one.__closure__ or ()]
    return list(found.values())


def offers(one, *names):
    return all(callable(getattr(type(one), name, None)) for name in names)


def test_no_researcher_and_no_market_can_be_reached_from_a_checkpoints_engine(root):
    with council_server(models=LISTED) as server:
        made = bench(watched(server, root), at=on(FIRST, "06:00"))
        made.run([one for one in made.slots(FIRST, FIRST) if one.job is Job.WEEKLY])
        ports = made.desk.providers.for_run(the_official_run(made.store, WeekId(FIRST)))
    engine = ModelEngine(Asker.of("checkpoint", ports.model, made.desk.prompts, made.desk.policy))
    stage = CheckpointStage(engine, on(FIRST, "12:00"), "12:00")
    known = reachable(stage)
    assert any(offers(one, "complete") for one in known)
    assert not [one for one in known if offers(one, "research")]
    assert not [one for one in known if offers(one, "bars", "quotes")]
    whole = reachable(ports)
    assert any(offers(one, "research") for one in whole)
    assert any(offers(one, "bars", "quotes") for one in whole)
