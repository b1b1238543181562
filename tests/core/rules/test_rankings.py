"""Rankings are read as their writers meant them, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.rules.rankings import aggregate_rankings, parse_ranking
from tests.fixture_files import fixture_path

CAB = ["Response C", "Response A", "Response B"]
CA = ["Response C", "Response A"]


def conversation() -> dict[str, Any]:
    path = fixture_path("llm/council_rankings/council_conversation_1.json")
    return json.loads(path.read_text())[0]


def governance_ballots() -> Iterator[tuple[dict[str, list[str]], dict[str, str]]]:
    for path in sorted(fixture_path("llm/council_rankings").glob("governance_*.json")):
        for trial in json.loads(path.read_text()):
            stage = trial.get("stage2_data") or {}
            if "rankings" in stage:
                yield stage["rankings"], stage["label_to_model"]


def test_real_rankings_are_read_as_meant():
    rankings = conversation()["stage2"]
    assert len(rankings) == 4
    for ranking in rankings:
        assert parse_ranking(ranking["ranking"]) == ranking["parsed_ranking"]


def test_the_real_conversation_is_aggregated():
    told = conversation()
    ballots = {entry["model"]: parse_ranking(entry["ranking"]) for entry in told["stage2"]}
    models = [entry["model"] for entry in told["stage1"]]
    labels = {f"Response {letter}": model for letter, model in zip("ABCD", models, strict=True)}
    ranked = [
        (r.model, r.average_rank, r.rankings_count) for r in aggregate_rankings(ballots, labels)
    ]
    assert ranked == [
        ("anthropic/claude-sonnet-4.5", 1.0, 4),
        ("x-ai/grok-4", 2.25, 4),
        ("openai/gpt-5.1", 2.75, 4),
        ("google/gemini-3-pro-preview", 4.0, 4),
    ]


STYLES = [
    lambda names: "FINAL RANKING:\n" + "\n".join(f"{i}. {n}" for i, n in enumerate(names, 1)),
    lambda names: "## Final Ranking\n\n" + "\n".join(f"- **{n}**" for n in names),
    lambda names: "**FINAL RANKING:** " + " > ".join(names),
    lambda names: "final ranking: " + ", ".join(names) + ".",
    lambda names: (
        "__Final Ranking__:\n" + "\n".join(f"**{i}) {n}** - solid." for i, n in enumerate(names, 1))
    ),
    lambda names: (
        "FINAL RANKING:\n" + "\n".join(reversed([f"{i}. {n}" for i, n in enumerate(names, 1)]))
    ),
    lambda names: "FINAL RANKING:\n" + "\n".join(names) + "\n\nThe first was Response A to me.",
]


def test_all_sixty_real_trials_survive_every_style_of_writing():
    ballots = 0
    for rankings, label_to_model in governance_ballots():
        for order in rankings.values():
            names = [f"Response {letter}" for letter in order]
            for style in STYLES:
                assert parse_ranking("Response B is fine.\n\n" + style(names)) == names
            ballots += 1
        ranked = aggregate_rankings(rankings, label_to_model)
        assert {entry.model for entry in ranked} == set(label_to_model.values())
        assert [e.average_rank for e in ranked] == sorted(e.average_rank for e in ranked)
    assert ballots == 60


@settings(max_examples=100, deadline=None)
@given(
    st.permutations([f"Response {letter}" for letter in "ABCDEF"]),
    st.sampled_from(STYLES),
    st.text(alphabet="abc .,*#-\n", max_size=60),
)
def test_every_style_round_trips(names, style, prose):
    assert parse_ranking(f"{prose}\n\n{style(names)}") == list(names)


@pytest.mark.parametrize(
    ("text", "ranking"),
    [
        ("# FINAL RANKING:\n\n1. **Response C** - beats Response B\n2. Response A", CA),
        (
            "FINAL RANKING:\n1. Response A\n2. Response C\n\nNo:\nFINAL RANKING:\n1. Response C\n2. Response A",
            CA,
        ),
        ("FINAL RANKING:\n1. Response C\n2. Response A\n\nFINAL RANKING:\n1. ...", CA),
        ("FINAL RANKING:\n1. Response C\n   Better than Response B.\n2. Response A\n", CA),
        ("FINAL RANKING:\n1. response c\n2. RESPONSE A", CA),
        ("FINAL RANKING:\n1. Response C\n2. Response A\n2. Response C", CA),
        ("FINAL RANKING:\n1. Response C\n1. Response A\n1. Response B", CAB),
        ("FINAL RANKING: 1. Response C 2. Response A 3. Response B", CAB),
        ("FINAL RANKING:\n1. Response C and Response A (tie)\n2. Response B", CAB),
        ("FINAL RANKING: Response C, Response A, and then Response B.", CAB),
        ("FINAL RANKING: Response C → Response A", CA),
        ('FINAL RANKING: ["Response C", "Response A"]', CA),
        ("FINAL RANKING:\n| 1 | Response C |\n|---|---|\n| 2 | Response A |", CA),
        ("FINAL RANKING (best to worst):\n1st: Response C\n2nd: Response A", CA),
        ("FINAL RANKING:\n🥇 Response C\n🥈 Response A", CA),
        ("FINAL RANKING:\n1. C\n2. A\n3. B", CAB),
        ("FINAL RANKING: C > A > B", CAB),
        ("> **FINAL RANKING:**\r\n> 1. Response C\r\n> 2. Response A", CA),
        ("My final ranking is as follows:\n1. The best is Response C\n2. Response A", CA),
        ("FINAL RANKING:\n1. Pitch B\n2. Pitch A", ["Pitch B", "Pitch A"]),
    ],
)
def test_what_models_write_under_a_header_is_read(text, ranking):
    assert parse_ranking(text) == ranking


@pytest.mark.parametrize(
    ("text", "ranking"),
    [
        ("Response C > Response A > Response B", CAB),
        ("All told I prefer Response C > Response A.", CA),
        ("1. Response C\n2. Response A", CA),
        ("Ranked from best to worst:\n1. Response C: deep\n2. Response A: short", CA),
        ("1. Response A is deep.\n2. Response C is short.", []),
        ("1. Response A\n2. Response C\n\nOr rather Response C > Response A", []),
        ("1. Response C\n2. Response A\n\nResponse B is out.", []),
        ("Response C is best, then Response A.", []),
        ("I like Response C.", []),
    ],
)
def test_without_a_header_only_an_unambiguous_order_counts(text, ranking):
    assert parse_ranking(text) == ranking


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FINAL RANKING:",
        "FINAL RANKING:\nI cannot rank these.",
        "FINAL RANKING:\n1. ...\n2. ...",
        "FINAL RANKING:\n1. Between Response A and Response B\n2. Response C",
        "In my final ranking I will weigh depth.",
    ],
)
def test_an_unusable_text_is_no_ranking(text):
    assert parse_ranking(text) == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ABC resRponse>,.:123*#-\nFINALKG"), max_size=120))
def test_whatever_is_read_has_no_duplicates(text):
    ranking = parse_ranking("FINAL RANKING:\n" + text)
    assert len(ranking) == len(set(ranking))


def test_long_texts_are_read_quickly():
    text = (
        "Response A > " * 20_000 + "\nFINAL RANKING:\n" + "1. Response C\n2. Response A\n" * 5_000
    )
    assert parse_ranking(text) == CA


LABELS = {"Response A": "m/a", "Response B": "m/b", "Response C": "m/c"}


def aggregated(ballots):
    return [
        (r.model, r.average_rank, r.rankings_count) for r in aggregate_rankings(ballots, LABELS)
    ]


def test_ties_go_by_model_name_and_thirds_are_rounded():
    ballots = [["Response B", "Response A"], ["Response A", "Response B"]]
    assert aggregated(ballots) == [("m/a", 1.5, 2), ("m/b", 1.5, 2)]
    thirds = [
        ["Response A", "Response B"],
        ["Response A", "Response B"],
        ["Response B", "Response A"],
    ]
    assert aggregated(thirds) == [("m/a", 1.33, 3), ("m/b", 1.67, 3)]


def test_incomplete_ballots_count_only_for_whom_they_name():
    assert aggregated([["Response C"], ["Response A", "Response C"], []]) == [
        ("m/a", 1.0, 1),
        ("m/c", 1.5, 2),
    ]


def test_unknown_and_repeated_labels_take_no_place():
    ballot = ["Response Z", "response a", "Response A", "Response B"]
    assert aggregated([ballot]) == [("m/a", 1.0, 1), ("m/b", 2.0, 1)]
    assert aggregated({}) == []
