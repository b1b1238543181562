"""`init` writes `.env` for its owner alone, and changes one line of the configuration."""

from __future__ import annotations

import stat

import pytest

from config.settings import load_settings
from config.terminal.initialise import Choices, write
from core.errors import BadInput, CouncilError

KEY = "sk-or-0123456789"


def test_the_key_goes_into_a_file_only_its_owner_can_read(root):
    env, models = write(root, Choices("live", openrouter_key=KEY))
    assert env.read_text() == f"OPENROUTER_API_KEY={KEY}\n"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert models == root / "config" / "models.yaml"


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
    write(root, Choices("live", openrouter_key=KEY, market_data_dir=str(bars)))
    settings = load_settings(root)
    assert settings.policy.profile.name == "live"
    assert settings.keys_present["OPENROUTER_API_KEY"]
    assert settings.market_data_dir == bars


def test_an_env_file_is_replaced_only_when_asked(root):
    (root / ".env").write_text("LOG_LEVEL=DEBUG\n")
    (root / ".env").chmod(0o644)
    models = (root / "config" / "models.yaml").read_text()
    with pytest.raises(BadInput, match=r"\.env is there already.*--overwrite"):
        write(root, Choices("rules"))
    assert (root / ".env").read_text() == "LOG_LEVEL=DEBUG\n"
    assert (root / "config" / "models.yaml").read_text() == models
    write(root, Choices("rules"), overwrite=True)
    assert (root / ".env").read_text() == ""
    assert stat.S_IMODE((root / ".env").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        (Choices("paper"), "profile 'paper' is unknown"),
        (Choices("live", openrouter_key="two words"), "OPENROUTER_API_KEY has a space"),
        (Choices("live", openrouter_key="a\nDATABASE_URL=x"), "OPENROUTER_API_KEY has a space"),
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
