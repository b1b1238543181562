"""The project's own YAML files are valid; a bad one is refused in one line that says where and why."""

from __future__ import annotations

import shutil
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from config.loading import load_policy_files
from core.errors import ConfigError
from core.policy import DeskPolicy, ExecutionPolicy
from tests.fixture_files import ROOT

CONFIG = ROOT / "config"


def policy_from(folder: Path, choice: str = "rules", *, live_possible: bool = False):
    files = load_policy_files(folder)
    return files.policy(files.profile(choice, live_possible=live_possible))


@pytest.fixture
def edit(tmp_path):
    """Replace one text in a copy of a configuration file and give the folder."""

    def edited(name: str, old: str, new: str) -> Path:
        folder = tmp_path / "config"
        if not folder.exists():
            shutil.copytree(CONFIG, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))
        return folder

    return edited


def refusal_of(folder: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        policy_from(folder)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_universe_is_the_twelve_etfs():
    assert policy_from(CONFIG).symbols == tuple(
        "SPY QQQ IWM TLT IEF HYG LQD UUP GLD IAU USO BNO".split()
    )


@pytest.mark.parametrize("choice", ["live", "rules"])
def test_each_profile_has_four_seats_a_council_and_a_flat_account(choice):
    accounts = policy_from(CONFIG, choice).accounts
    assert [account.account_id for account in accounts] == [f"acct_{n}" for n in range(1, 7)]
    assert [account.role for account in accounts] == ["pm"] * 4 + ["council", "flat"]


def test_the_live_seats_are_the_four_models_in_order():
    names = [seat.name for seat in policy_from(CONFIG, "live").seats]
    assert names == ["GPT-5.1", "Gemini 3 Pro", "Claude Sonnet 4.5", "Grok 4"]


def test_every_live_seat_says_when_its_knowledge_ends():
    assert all(seat.knowledge_cutoff for seat in policy_from(CONFIG, "live").seats)


@pytest.mark.parametrize(("live_possible", "name"), [(True, "live"), (False, "rules")])
def test_auto_is_live_when_a_key_is_there_and_rules_otherwise(live_possible, name):
    assert policy_from(CONFIG, "auto", live_possible=live_possible).profile.name == name


def test_the_week_is_on_wednesday_with_four_checkpoints():
    schedule = policy_from(CONFIG).schedule
    assert [f"{wall:%H:%M}" for wall in schedule.checkpoints] == "09:00 12:00 14:00 15:50".split()
    assert (f"{schedule.postmortem:%H:%M}", f"{schedule.weekly:%H:%M}") == ("07:30", "08:00")


def test_vendors_of_every_profile_are_scrubbed_whichever_is_used():
    terms = {term.casefold() for term in policy_from(CONFIG, "rules").identity_terms()}
    assert {"openai", "anthropic", "google", "xai", "x-ai", "perplexity", "grok", "claude"} <= terms


def test_no_everyday_word_is_scrubbed():
    terms = {term.casefold() for term in policy_from(CONFIG, "live").identity_terms()}
    assert terms.isdisjoint({"trend", "carry", "rules", "research", "flat", "pro", "council"})


def test_a_shorter_name_never_hides_inside_a_longer_one_that_comes_later():
    terms = policy_from(CONFIG, "live").identity_terms()
    assert all(len(earlier) >= len(later) for earlier, later in pairwise(terms))


def test_how_a_number_is_spelled_does_not_change_the_fingerprint(edit):
    before = policy_from(CONFIG).fingerprint()
    folder = edit("risk.yaml", "max_position_pct: 1.00", "max_position_pct: 1")
    assert policy_from(folder).fingerprint() == before


def test_a_changed_limit_changes_the_fingerprint(edit):
    folder = edit("risk.yaml", "max_position_pct: 1.00", "max_position_pct: 0.5")
    changed = policy_from(folder)
    assert changed.risk.max_position_pct == Decimal("0.5")
    assert changed.fingerprint() != policy_from(CONFIG).fingerprint()


def test_a_clock_time_without_quotes_is_still_a_time(edit):
    folder = edit("schedule.yaml", '"08:00"', "08:00")
    assert policy_from(folder).fingerprint() == policy_from(CONFIG).fingerprint()


REFUSED = [
    ("risk.yaml", "max_position_pct: 1.00", "max_position_pct: 1.5",
     "config/risk.yaml:4: risk.max_position_pct: 1.5 is not allowed (0 < value <= 1)"),
    ("risk.yaml", "max_position_pct: 1.00", "max_positin_pct: 1",
     "config/risk.yaml:4: risk.max_positin_pct: unknown key, did you mean max_position_pct?"),
    ("risk.yaml", "fractional_longs: false", "fractional_longs: no",
     "config/risk.yaml:7: risk.fractional_longs: 'no' is not allowed (true or false)"),
    ("risk.yaml", "fractional_longs: false", "fractional_longs: 0",
     "config/risk.yaml:7: risk.fractional_longs: 0 is not allowed (true or false)"),
    ("risk.yaml", "starting_cash: 100000", "starting_cash: 1e400",
     "config/risk.yaml:3: risk.starting_cash: inf is not allowed"),
    ("risk.yaml", "starting_cash: 100000", "starting_cash: -5",
     "config/risk.yaml:3: risk.starting_cash: -5 is not allowed (0 < value <= 1000000000)"),
    ("risk.yaml", "quorum_pitches: 3", "quorum_pitches: three",
     "config/risk.yaml:15: council.quorum_pitches: 'three' is not allowed (a whole number"),
    ("risk.yaml", "quorum_pitches: 3", "quorum_pitches: 5",
     "config/risk.yaml:15: council.quorum_pitches: 5 is not allowed"),
    ("risk.yaml", "quorum_pitches: 3", "quorum_pitches: 3\n  quorum_pitches: 2",
     "config/risk.yaml:16: quorum_pitches: given twice (first on line 15)"),
    ("risk.yaml", "engine: rules", "engine: llm",
     "config/risk.yaml:22: checkpoints.engine: 'llm' is not allowed (one of rules, model)"),
    ("risk.yaml", "council:", "council: [1", "config/risk.yaml:15: not YAML:"),
    ("risk.yaml", "risk:", "\trisk:", "config/risk.yaml:2: not YAML:"),
    ("risk.yaml", "starting_cash: 100000", "starting_cash: &a [*a]", "nested deeper"),
    ("schedule.yaml", '"08:00"', "8am",
     "config/schedule.yaml:5: weekly: '8am' is not allowed (a time"),
    ("schedule.yaml", '"08:00"', '"07:00"',
     "config/schedule.yaml:4: postmortem: must come before weekly"),
    ("schedule.yaml", '"09:00", "12:00"', '"12:00", "09:00"',
     "config/schedule.yaml:6: checkpoints: must be in order"),
    ("schedule.yaml", "America/New_York", "Europe/Paris",
     "config/schedule.yaml:2: timezone: 'Europe/Paris' is not allowed (only America/New_York)"),
    ("schedule.yaml", '"07:30"', '"02:30"', "config/schedule.yaml:4: postmortem: nothing may be"),
    ("assets.yaml", "symbol: QQQ", "symbol: qqq", "config/assets.yaml:8: assets[1].symbol: 'qqq'"),
    ("assets.yaml", "symbol: QQQ", "symbol: SPY", "assets: list SPY twice"),
    ("assets.yaml", "asset_class: equity", "asset_class: crypto",
     "assets[0].asset_class: 'crypto' is not allowed (one of equity, treasury"),
    ("assets.yaml", "    shortable: true\n", "",
     "config/assets.yaml:3: assets[0]: shortable is missing (true or false)"),
    ("models.yaml", "temperature: 0.5", "temperature: 5",
     "profiles.live.stages.pitch.temperature: 5 is not allowed (0 <= value <= 2)"),
    ("models.yaml", "2024-09-30", "soon", "'soon' is not allowed (a date, YYYY-MM-DD)"),
    ("models.yaml", "key: gemini", "key: gpt", "seat key gpt is used twice"),
    ("models.yaml", "        vendor: OpenAI\n", "", "model: openai/gpt-5.1 needs its vendor"),
    ("models.yaml", "profile: auto", "profile: fast", "(one of auto, live, local, rules)"),
    ("models.yaml", "  live:", "  lively:",
     "profiles.lively: unknown key, did you mean live? (allowed: live, local, rules)"),
    ("models.yaml", "      A:\n", "      C:\n", "profiles.live.researchers: must be exactly A and B, the two packs, not B, C"),
    ("models.yaml", "      pitch: {", "      pich: {", "did you mean pitch?"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "said"), REFUSED)
def test_a_bad_value_is_refused_with_file_line_key_and_what_is_allowed(edit, name, old, new, said):
    assert said in refusal_of(edit(name, old, new))


def test_several_faults_are_counted(edit):
    edit("risk.yaml", "slippage_bps: 2", "slippage_bps: -2")
    folder = edit("risk.yaml", "max_position_pct: 1.00", "max_position_pct: 2")
    assert refusal_of(folder).endswith("(0 < value <= 1) (and 1 more)")


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a list\n", "a word\n"])
def test_a_file_that_holds_no_keys_is_refused(edit, text):
    folder = edit("risk.yaml", "risk:", "risk:")
    (folder / "risk.yaml").write_text(text)
    assert refusal_of(folder).startswith("config/risk.yaml:1: the file must hold keys")


def test_a_file_that_is_not_text_is_refused(edit):
    folder = edit("risk.yaml", "risk:", "risk:")
    (folder / "risk.yaml").write_bytes(b"risk: \xff\x80")
    assert refusal_of(folder).startswith("config/risk.yaml: not YAML text")


def test_a_missing_file_is_named(edit):
    folder = edit("risk.yaml", "risk:", "risk:")
    (folder / "risk.yaml").unlink()
    assert refusal_of(folder).startswith("config/risk.yaml: cannot be read")


def test_a_profile_that_was_removed_is_named(edit):
    folder = edit("models.yaml", "profile: auto", "profile: auto")
    text = (folder / "models.yaml").read_text()
    head, _, _ = text.partition("  # Deterministic strategies")
    (folder / "models.yaml").write_text(head)
    assert "profile rules is not there (known: live, local)" in refusal_of(folder)


def test_orders_need_nobodys_word_unless_it_is_asked_for():
    assert policy_from(CONFIG).execution == ExecutionPolicy()


def test_a_policy_that_asks_nobody_is_the_policy_there_was_before(edit):
    """Whatever the expiry says: the weeks of such a desk keep their ids."""
    plain = policy_from(CONFIG)
    assert "execution" not in plain.model_dump()
    later = policy_from(edit("risk.yaml", 'approval_expires: "11:00"', 'approval_expires: "15:00"'))
    assert later.fingerprint() == plain.fingerprint()
    asking = policy_from(edit("risk.yaml", "approval: auto", "approval: manual"))
    assert asking.fingerprint() != plain.fingerprint()
    assert DeskPolicy.model_validate(asking.model_dump(mode="json")) == asking


def test_a_proposal_may_end_so_many_hours_later(edit):
    folder = edit("risk.yaml", 'approval_expires: "11:00"', "approval_expires: 4")
    assert policy_from(folder).execution.approval_expires == 4


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("approval_expires: 11:99", '"11:99" is not allowed (a time, "HH:MM" or a whole number'),
        ("approval_expires: 0", "0 is not allowed"),
        ("approval_expires: 02:00", "nothing may be scheduled from 01:00 to 03:00"),
        ("approval_expire: 3", "unknown key, did you mean approval_expires?"),
    ],
)
def test_an_expiry_that_cannot_be_is_refused(edit, line, words):
    message = refusal_of(edit("risk.yaml", 'approval_expires: "11:00"', line))
    assert words in message.replace("'", '"')
    assert message.startswith("config/risk.yaml:")
