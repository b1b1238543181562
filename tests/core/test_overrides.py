"""Overrides of a what-if: set by name, validated like the file they stand in for."""

import pytest

from config.settings import load_settings
from core.errors import BadInput
from core.overrides import parse_overrides, with_overrides, with_prompts
from core.rendering import load_builtin


@pytest.fixture(scope="module")
def policy():
    return load_settings(env={}, profile="rules").policy


def test_a_seat_gets_another_model_and_another_identity(policy):
    changed = with_overrides(policy, {"pm.trend.model": "x-ai/grok-5"})
    seat = next(seat for seat in changed.seats if seat.key == "trend")
    assert (seat.model, seat.vendor) == ("x-ai/grok-5", "x-ai")
    assert "grok-5" in changed.identity_terms()
    assert changed.fingerprint() != policy.fingerprint()
    assert [s.model for s in changed.seats[1:]] == [s.model for s in policy.seats[1:]]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("chairman.model", "anthropic/claude-opus-4.5"),
        ("stages.pitch.temperature", "0.9"),
        ("risk.max_position_pct", "0.5"),
        ("council.quorum_pitches", "2"),
        ("checkpoints.penalty", "0.5"),
    ],
)
def test_settings_are_overridden_by_their_names(policy, key, value):
    assert with_overrides(policy, {key: value}).fingerprint() != policy.fingerprint()


def test_no_override_changes_nothing(policy):
    assert with_overrides(policy, {}).fingerprint() == policy.fingerprint()


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"pm.nobody.model": "x/y"}, "pm.nobody.model names nothing"),
        ({"risk.leverage": "2"}, "risk.leverage names nothing"),
        ({"assets": "x"}, "names nothing that can be set"),
        ({"risk.max_position_pct": "7"}, "risk.max_position_pct cannot be '7'"),
        ({"stages.pitch.temperature": "hot"}, "temperature cannot be 'hot'"),
    ],
)
def test_a_wrong_override_is_one_line_that_names_it(policy, overrides, words):
    with pytest.raises(BadInput, match=words) as caught:
        with_overrides(policy, overrides)
    assert "\n" not in str(caught.value)


def test_texts_become_a_mapping():
    assert parse_overrides(["a.b=c", " d = e=f "]) == {"a.b": "c", "d": "e=f"}


@pytest.mark.parametrize("text", ["nothing", "=x", "x=", ""])
def test_a_text_that_sets_nothing_is_refused(text):
    with pytest.raises(BadInput, match="is not KEY=VALUE"):
        parse_overrides([text])


def test_a_key_given_twice_is_refused():
    with pytest.raises(BadInput, match="given twice"):
        parse_overrides(["a=1", "a=2"])


def test_a_seat_can_be_left_out_and_the_others_stay_as_they_are(policy):
    changed = with_overrides(policy, {"pm.trend.exclude": "true"})
    assert changed.seats == tuple(seat for seat in policy.seats if seat.key != "trend")
    assert with_overrides(policy, {"pm.trend.exclude": "false"}) == policy


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"pm.nobody.exclude": "true"}, "pm.nobody.exclude names no seat: use pm.trend.exclude"),
        ({"pm.trend.exclude": "maybe"}, "it is true or false"),
    ],
)
def test_a_wrong_exclusion_is_one_line_that_names_it(policy, overrides, words):
    with pytest.raises(BadInput, match=words):
        with_overrides(policy, overrides)


def test_a_council_without_anybody_is_refused(policy):
    every = {f"pm.{seat.key}.exclude": "true" for seat in policy.seats}
    with pytest.raises(BadInput, match="keep at least one"):
        with_overrides(policy, every)


def test_a_prompt_gets_another_text_and_the_policy_stays(policy):
    prompts, text = load_builtin(), "Judge {{ brief.week_id }} only."
    overrides = {"prompt.chairman.text": text}
    changed = with_prompts(prompts, overrides)
    assert changed.templates["chairman"] == text
    assert changed.hash("pitch") == prompts.hash("pitch")
    assert changed.fingerprint != prompts.fingerprint
    assert with_overrides(policy, overrides) == policy
    assert with_prompts(prompts, {"risk.max_position_pct": "0.5"}) is prompts


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("prompt.chairmen.text", "x", "names no prompt: use one of"),
        ("prompt.chairman.text", "{{ open", "cannot be rendered"),
        ("prompt.chairman.text", "{{ secrets }}", "asks for secrets, which its stage does not"),
        ("prompt.chairman.text", "{{ brief | nothing }}", "No filter named 'nothing'"),
        ("prompt.chairman.text", "{% include 'nowhere' %}", "there is no prompt 'nowhere'"),
    ],
)
def test_a_prompt_that_cannot_work_is_refused_before_anybody_is_asked(key, text, words):
    with pytest.raises(BadInput, match=words) as refused:
        with_prompts(load_builtin(), {key: text})
    assert "\n" not in str(refused.value)
