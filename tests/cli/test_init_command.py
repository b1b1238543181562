"""`init` as a command: it asks on a terminal, takes options elsewhere, and never replaces unasked."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios

from config.settings import load_settings
from tests.fixture_files import ROOT


def test_without_a_terminal_options_say_all_and_the_rest_stays_as_it_is(council, root):
    said = council("init", "--profile", "rules", "--store", "runs/mine.db")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[:4] == [
        "wrote .env",
        "wrote config/models.yaml",
        "wrote config/connections.yaml",
        "wrote config/risk.yaml",
    ]
    assert "simulated broker" in said.out
    settings = load_settings(root, {})
    assert settings.profile_choice == "rules"
    assert settings.store_shown == f"sqlite:///{root}/runs/mine.db"


def test_a_folder_with_a_space_is_read_as_it_is(council, root):
    bars = root / "my bars"
    bars.mkdir()
    assert council("init", "--profile", "rules", "--market-data-dir", bars).code == 0
    assert load_settings(root, {}).market_data_dir == bars


def test_a_folder_that_is_not_there_writes_nothing(council, root):
    council("init", "--market-data-dir", "/no/such/bars").check_refused(
        "/no/such/bars is no folder"
    )
    assert not (root / ".env").exists()


def test_a_value_in_the_env_file_is_not_replaced_unasked(council, root):
    (root / ".env").write_text("DATABASE_PATH=runs/old.db\n")
    council("init", "--profile", "rules", "--store", "runs/new.db").check_refused(
        "DATABASE_PATH", "--overwrite"
    )
    assert (root / ".env").read_text() == "DATABASE_PATH=runs/old.db\n"


def answer(*words: str, answers: list[tuple[str, str]]) -> str:
    """Run ``init`` on a terminal of its own, answering each question as it is asked."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "init", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        # A key is asked for on /dev/tty; the child is alone, no thread of ours is in it.
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - as said
    )
    os.close(theirs)
    try:
        said = "".join(_answered(ours, question, text) for question, text in answers)
        process.wait(60)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return said


def _answered(terminal: int, question: str, text: str) -> str:
    said = ""
    while question not in said:
        assert select.select([terminal], [], [], 60)[0], said
        said += os.read(terminal, 1024).decode()
    os.write(terminal, f"{text}\n".encode())
    return said


def test_on_a_terminal_it_asks_and_the_key_is_not_shown(root):
    said = answer(
        answers=[
            ("Profile", "live"),
            ("Broker", "simulated"),
            ("approval (auto, manual) [manual]: ", ""),
            ("OpenRouter key (empty for none): ", "sk-or-0123456789"),
            ("Gemini key for deep research (empty for none): ", ""),
            ("Perplexity key for deep research (empty for none): ", ""),
            ("Folder of daily", ""),
        ]
    )
    assert "sk-or-0123456789" not in said
    settings = load_settings(root, {})
    assert settings.profile_choice == "live"
    assert settings.policy.execution.approval == "manual"
    assert settings.keys_present["OPENROUTER_API_KEY"]


def test_on_a_terminal_paper_keys_are_asked_for_and_kept_private(root):
    said = answer(
        answers=[
            ("Profile", "rules"),
            ("Broker", "alpaca"),
            ("approval (auto, manual) [auto]: ", ""),
            ("Alpaca paper key id: ", "PK0123456789"),
            ("Alpaca paper secret: ", "a-secret-0123456789"),
        ]
    )
    assert "0123456789" not in said
    settings = load_settings(root, {})
    assert settings.connections.broker == "alpaca"
    assert settings.policy.execution.approval == "auto"
    assert settings.keys_present["APCA_API_KEY_ID"]
