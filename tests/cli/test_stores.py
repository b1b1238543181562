"""Which store a command works on, and by which profile: reading makes none, a desk keeps its own."""

from __future__ import annotations

import pytest

from config.wiring import open_configured
from core.desk.opening import configured
from storage.engine import make_engine
from tests.cli.conftest import store_heads

KEY = "sk-or-never-used"
READING = [
    ("postmortem",),
    ("summary",),
    ("rerun", "--from", "chairman"),
    ("replay",),
    ("verify",),
    ("rebuild",),
    ("export",),
]


@pytest.mark.parametrize("words", READING, ids=lambda words: words[0])
def test_reading_makes_no_store(council, empty, words):
    said = council(*words, "--store", empty)
    said.check_refused(f"there is no store at sqlite:///{empty}", "--store URL names another")
    assert not empty.exists()


def test_doctor_makes_no_store_and_says_so(council, empty):
    said = council("doctor", "--store", empty)
    assert said.code == 0
    assert "yet: `run_weekly` makes it" in " ".join(said.out.split())
    assert not empty.exists()


def test_doctor_goes_on_where_the_store_cannot_be_opened(council, demo):
    engine = make_engine(f"sqlite:///{demo}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    said = council("doctor", "--store", demo, "--json")
    assert (said.code, said.err) == (1, "")
    checks = {check["name"]: check for check in said.json["checks"]}
    assert not checks["database"]["ok"]
    assert "newer version" in checks["database"]["detail"]
    assert checks["calendar"]["ok"]


def test_a_key_found_later_does_not_make_a_desk_live(council, empty, monkeypatch):
    """`auto` was rules when the desk began; with a key it would be live, and spend."""
    assert council("run_weekly", "--week", "2024-03-13", "--store", empty).code == 0
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY)
    said = council("doctor", "--store", empty, "--json").json["settings"]["profile"]
    assert said == {
        "value_shown": "rules",
        "origin": "this desk's own (resolved when it was made)",
    }
    assert council("run_weekly", "--week", "2024-03-20", "--store", empty).code == 0
    summary = council("summary", "--week", "2024-03-20", "--store", empty, "--json").json
    assert summary["profile"] == "rules"


def test_a_demonstration_stays_by_rules_whatever_is_configured(demo, root):
    models = root / "config" / "models.yaml"
    models.write_text(models.read_text().replace("profile: auto", "profile: live"))
    settings, store = open_configured(str(demo))
    known = configured(store)
    store.close()
    assert known is not None
    assert settings.policy.profile.name == known.profile == "rules"


def test_a_demonstration_is_not_made_in_another_desks_store(council, empty):
    assert council("run_weekly", "--week", "2024-03-13", "--store", empty).code == 0
    before = store_heads(empty)
    for words in ("demo",), ("demo", "--if-empty"):
        council(*words, "--store", empty).check_refused("holds a REAL desk", "--store URL")
    assert store_heads(empty) == before


def test_a_week_over_and_not_yet_judged_stands_as_of_now(council, empty):
    """Wednesday to Monday, without the postmortem of the next week."""
    days = ("--start", "2024-03-13", "--end", "2024-03-18")
    assert council("simulate", *days, "--store", empty).code == 0
    found = council("postmortem", "--week", "2024-03-13", "--store", empty, "--json").json
    assert found["provisional"]
    assert any(float(account["pnl"]) for account in found["accounts"])


def test_a_checkpoint_before_the_week_was_decided_is_refused(council, empty):
    assert council("run_weekly", "--week", "2024-03-13", "--store", empty).code == 0
    before = store_heads(empty)
    said = council("checkpoint", "--all", "--date", "2024-03-12", "--store", empty)
    said.check_refused("is over")
    assert store_heads(empty) == before


def test_failed_slots_are_named_and_fail_the_simulation(council, empty):
    """Generated prices begin in 2012: nothing is known the December before."""
    said = council("simulate", "--start", "2011-12-07", "--end", "2011-12-07", "--store", empty)
    assert said.code == 1
    assert "weekly/2011-12-07 failed: " in said.out
