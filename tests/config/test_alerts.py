"""`config/alerts.yaml`: strict, its addresses only in variables, and never shown."""

from __future__ import annotations

import re
import shutil
from datetime import time

import pytest

from config.alerts import load_alerting, read_alerts_file
from config.known_secrets import known_values
from config.settings import load_settings
from core.alert_policy import LOG
from core.errors import ConfigError
from core.schemas.alert import Severity
from tests.fixture_files import ROOT

ADDRESS = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
GIVEN = {"COUNCIL_ALERT_DISCORD_URL": ADDRESS, "PUBLIC_BASE_URL": "https://desk.example"}


@pytest.fixture
def root(tmp_path):
    """A checkout with the project's own YAML files and no ``.env``."""
    ignore = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=ignore)
    return tmp_path


def alerting(root, env=None):
    return load_alerting(load_settings(root, env or {}), env or {})


def refusal(root, old: str, new: str) -> str:
    file = root / "config" / "alerts.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        read_alerts_file(root / "config")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_an_address_there_is_the_log_alone(root):
    found = alerting(root)
    assert set(found.policy.channels) == {LOG}
    assert found.reachable == ()
    assert found.absent["telegram"] == "COUNCIL_ALERT_TELEGRAM_URL"
    assert found.base_url is None


def test_an_address_opens_its_channel_with_the_file_s_policy(root):
    found = alerting(root, GIVEN)
    assert found.reachable == ("discord",)
    assert found.policy.channels["discord"].min_severity is Severity.INFO
    assert found.addresses["discord"].get_secret_value() == ADDRESS
    assert found.base_url == "https://desk.example"


def test_an_address_in_env_is_found_and_hidden_from_every_print(root):
    (root / ".env").write_text(f"COUNCIL_ALERT_EMAIL_URL={ADDRESS}\n")
    found = alerting(root)
    assert found.reachable == ("email",)
    assert "JHMHI8qBe7bk2ZwO5U711o3dV_js" not in repr(found)


def test_logs_leave_the_address_and_its_token_out(root):
    (root / ".env").write_text(f"COUNCIL_ALERT_EMAIL_URL={ADDRESS}\n")
    values = known_values(load_settings(root, {}))
    assert {ADDRESS, "JHMHI8qBe7bk2ZwO5U711o3dV_js"} <= set(values)


def test_the_project_s_own_file_reads_as_it_says(root):
    policy = alerting(root).policy
    assert (policy.dedupe_minutes, policy.oldest_hours) == (30, 24)
    assert (policy.quiet_hours.start, policy.quiet_hours.end) == (time(22), time(7))
    assert policy.rules.position_change_pct == 50


def test_every_variable_of_the_file_is_in_the_template():
    named = re.findall(r"COUNCIL_ALERT_\w+_URL", (ROOT / "config" / "alerts.yaml").read_text())
    template = (ROOT / ".env.template").read_text()
    assert named
    assert all(f"\n{name}=\n" in template for name in named)


@pytest.mark.parametrize("value", [ADDRESS, "tok-4711", '"https://x.example/y"', "OPENAI_API_KEY"])
def test_an_address_in_the_file_is_refused_without_being_shown(root, value):
    said = refusal(root, "COUNCIL_ALERT_DISCORD_URL,", f"{value},")
    assert said.startswith("config/alerts.yaml:5: channels.discord.url_env: ")
    assert "write the address itself to .env" in said
    assert value.strip('"') not in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "jobs: true",
            "job: true",
            "config/alerts.yaml:15: rules.job: unknown key, did you mean jobs?",
        ),
        (
            "min_severity: info",
            "min_severity: loud",
            "'loud' is not allowed (one of info, warning, critical)",
        ),
        (
            "url_env: COUNCIL_ALERT_EMAIL_URL",
            "url: x",
            "config/alerts.yaml:7: channels.email: url_env is missing (text)",
        ),
        ("dedupe_minutes: 30", "dedupe_minutes: soon", "dedupe_minutes: 'soon' is not allowed"),
        ("per_hour: 30", "per_hour: 0", "per_hour: 0 is not allowed"),
        ('"07:00"', '"22:00"', "quiet_hours.end: is the same as start"),
        ('"22:00"', '"late"', "quiet_hours.start: 'late' is not allowed (a time"),
        ("  discord:", "  log:", "channels.log: is always there"),
        ("position_change_pct: 50", "position_change_pct: -1", "-1 is not allowed"),
        ("oldest_hours: 24", "", "oldest_hours is missing"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_allowed(root, old, new, said):
    assert said in refusal(root, old, new)


def test_quiet_hours_and_thresholds_can_be_switched_off(root):
    file = root / "config" / "alerts.yaml"
    text = re.sub(r"quiet_hours: \{.*\}", "quiet_hours: null", file.read_text())
    file.write_text(text.replace("position_change_pct: 50", "position_change_pct: null"))
    policy = alerting(root).policy
    assert policy.quiet_hours is None
    assert policy.rules.position_change_pct is None


def test_an_address_of_the_pages_that_is_none_is_refused(root):
    with pytest.raises(ConfigError, match="PUBLIC_BASE_URL"):
        load_settings(root, {"PUBLIC_BASE_URL": "desk.example"})
