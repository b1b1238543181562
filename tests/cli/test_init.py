"""`init` writes `.env` for its owner alone, and changes one line of the configuration."""

from __future__ import annotations

import stat

import pytest

from config.settings import load_settings
from config.terminal.initialise import Choices, Given, complete, write
from core.errors import BadInput, CouncilError

KEY, KEY_NAME = "sk-or-0123456789", "OPENROUTER_API_KEY"


def test_the_key_goes_into_a_file_only_its_owner_can_read(root):
    env, models, connections = write(root, Choices("live", variables={KEY_NAME: KEY}))
    assert env.read_text() == f"OPENROUTER_API_KEY={KEY}\n"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert models == root / "config" / "models.yaml"
    assert connections == root / "config" / "connections.yaml"


def test_only_the_profile_line_changes(root):
    models = root / "config" / "models.yaml"
    before = models.read_text().splitlines()
    write(root, Choices("rules"))
    after = models.read_text().splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [("profile: auto", "profile: rules")]


def test_what_was_written_is_what_is_read(root, tmp_path):
    bars = tmp_path / "bars"
    bars.mkdir()
    write(
        root,
        Choices("live", variables={KEY_NAME: KEY, "MARKET_DATA_DIR": str(bars)}),
    )
    settings = load_settings(root)
    assert settings.policy.profile.name == "live"
    assert settings.keys_present["OPENROUTER_API_KEY"]
    assert settings.market_data_dir == bars


def test_what_stands_in_the_env_file_stays(root):
    (root / ".env").write_text("# mine\nLOG_LEVEL=DEBUG\n")
    (root / ".env").chmod(0o644)
    write(root, Choices("live", variables={KEY_NAME: KEY}))
    assert (root / ".env").read_text() == f"# mine\nLOG_LEVEL=DEBUG\nOPENROUTER_API_KEY={KEY}\n"
    assert stat.S_IMODE((root / ".env").stat().st_mode) == 0o600


def test_a_value_is_replaced_only_when_asked(root):
    (root / ".env").write_text("export OPENROUTER_API_KEY=old\nLOG_LEVEL=DEBUG\n")
    models = (root / "config" / "models.yaml").read_text()
    choices = Choices("rules", variables={KEY_NAME: KEY})
    with pytest.raises(
        BadInput, match=r"OPENROUTER_API_KEY in \.env would change.*--overwrite"
    ) as no:
        write(root, choices)
    assert KEY not in str(no.value)
    assert "OPENROUTER_API_KEY=old" in (root / ".env").read_text()
    assert (root / "config" / "models.yaml").read_text() == models
    write(root, choices, overwrite=True)
    assert (root / ".env").read_text() == f"LOG_LEVEL=DEBUG\nOPENROUTER_API_KEY={KEY}\n"


def test_a_model_of_the_house_sits_in_every_chair(root):
    choices = Choices("local", base_url="http://127.0.0.1:8000/v1", model="qwen2.5:7b")
    write(root, choices)
    settings = load_settings(root, {})
    profile = settings.policy.profile
    assert settings.endpoints["ollama"].base_url == "http://127.0.0.1:8000/v1"
    assert {seat.model for seat in profile.seats} == {"ollama/qwen2.5:7b"}
    assert profile.chairman.model == profile.researchers["A"].model == "ollama/qwen2.5:7b"


def test_the_broker_is_the_one_chosen(root):
    write(root, Choices("rules", broker="alpaca"))
    assert load_settings(root, {}).connections.broker == "alpaca"


@pytest.mark.parametrize(
    ("profile", "asked", "approval"),
    [
        ("rules", None, "auto"),
        ("live", None, "manual"),
        ("auto", None, "manual"),
        ("local", None, "manual"),
        ("live", "auto", "auto"),
        ("rules", "manual", "manual"),
    ],
)
def test_whose_orders_wait_for_a_person_to_begin_with(root, profile, asked, approval):
    before = (root / "config" / "risk.yaml").read_text().splitlines()
    write(root, complete(Given(profile, "simulated", approval=asked), asks=False))
    after = (root / "config" / "risk.yaml").read_text().splitlines()
    changed = [old for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == (approval == "manual")
    assert load_settings(root, {}).policy.execution.approval == approval


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (Choices("paper"), "profile 'paper' is unknown"),
        (Choices("rules", broker="kraken"), "broker 'kraken' is unknown"),
        (
            Choices("rules", approval="maybe"),
            "approval 'maybe' is unknown: use one of auto, manual",
        ),
        (Choices("local", base_url="ftp://x", model="m"), "'ftp://x' is no address"),
        (Choices("local", model="a, vendor: x"), "is no model's name"),
        (Choices("live", variables={KEY_NAME: "two words"}), "OPENROUTER_API_KEY has a space"),
        (
            Choices("live", variables={KEY_NAME: "a\nDATABASE_URL=x"}),
            "OPENROUTER_API_KEY has a space",
        ),
    ],
)
def test_what_cannot_be_used_writes_nothing(root, choices, words):
    models = (root / "config" / "models.yaml").read_text()
    with pytest.raises(BadInput, match=words) as caught:
        write(root, choices)
    assert "two words" not in str(caught.value)
    assert not (root / ".env").exists()
    assert (root / "config" / "models.yaml").read_text() == models


def test_two_profile_lines_are_not_guessed_at(root):
    models = root / "config" / "models.yaml"
    models.write_text(models.read_text() + "profile: rules\n")
    with pytest.raises(BadInput, match="2 lines `profile:`"):
        write(root, Choices("rules"))
    assert not (root / ".env").exists()


def test_a_folder_in_place_of_the_file_is_one_line(root):
    (root / "config" / "models.yaml").unlink()
    with pytest.raises(CouncilError, match=r"models\.yaml: No such file") as caught:
        write(root, Choices("rules"))
    assert "\n" not in str(caught.value)
