"""What is in force, as lines people read."""

from __future__ import annotations

from config.effective import DESK, KEYS, OTHER, VARIABLES, effective_lines
from config.settings import load_settings

SECRET = "sk-or-v1-very-secret"


def lines(names_people=True, **env):
    settings = load_settings(env=env, profile="rules")
    return {line.name: line for line in effective_lines(settings, names_people=names_people)}


def test_every_setting_has_a_part_and_a_place():
    found = lines(PORT_BACKEND="9000")
    assert found["profile"].part == DESK
    assert found["PORT_BACKEND"] == (VARIABLES, "PORT_BACKEND", "9000", "environment PORT_BACKEND")
    assert found["risk.min_conviction"].origin.startswith("config/risk.yaml:")
    assert not [line.name for line in found.values() if line.part == OTHER]


def test_a_key_is_present_or_absent_and_nothing_else():
    found = lines(OPENROUTER_API_KEY=SECRET)
    assert found["OPENROUTER_API_KEY"][:3] == (KEYS, "OPENROUTER_API_KEY", "present")
    assert found["GEMINI_API_KEY"].value == "absent"
    assert not [line for line in found.values() if SECRET[:5] in "".join(line)]


def test_people_are_named_to_an_operator_alone():
    given = {"OPERATOR_EMAILS": "ada@example.org,bob@example.org"}
    assert "ada@" in lines(**given)["OPERATOR_EMAILS"].value
    assert lines(names_people=False, **given)["OPERATOR_EMAILS"].value == "2 given"
    assert lines(names_people=False)["VIEWER_EMAILS"].value == "none"
