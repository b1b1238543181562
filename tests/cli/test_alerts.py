"""`alerts test`, `alerts list` and what `doctor` says of channels, without the command line around them."""

from __future__ import annotations

import asyncio
import json
import shutil

import pytest

from config.settings import load_settings
from config.terminal.alerts import alert_checks, alerts_list, alerts_test
from core.clock import FixedClock
from core.desk.alert_delivery import deliver
from core.desk.alerts import raise_alerts
from core.errors import BadInput
from tests.fakes.alerts import NOON, FakeNotifier, a_desk, memory, slot
from tests.fixture_files import ROOT
from tests.servers.alert_server import ANSWERS_500, alert_server, listening

CLOCK = FixedClock(NOON)


@pytest.fixture
def settings_with(tmp_path, monkeypatch):
    """Settings of a checkout whose ``.env`` has these variables."""
    ignore = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=ignore)

    def made(**variables: str):
        lines = "".join(f"{name}={value}\n" for name, value in variables.items())
        (tmp_path / ".env").write_text(lines)
        return load_settings(tmp_path, {})

    return made


def test_with_nobody_to_tell_the_test_fails_and_says_so(settings_with, capsys):
    assert alerts_test(settings_with(), CLOCK) == 1
    assert "no channel is configured: alerts go to the log alone" in capsys.readouterr().out


def test_each_channel_says_whether_it_took_the_alert(settings_with, capsys):
    with alert_server() as good, alert_server(ANSWERS_500) as bad:
        with listening(good), listening(bad):
            settings = settings_with(
                COUNCIL_ALERT_DISCORD_URL=good.url, COUNCIL_ALERT_EMAIL_URL=bad.url
            )
            assert alerts_test(settings, CLOCK) == 1
            assert alerts_test(settings, CLOCK, "discord") == 0
        out = capsys.readouterr().out
    assert out.count("discord: sent") == 2
    assert "email: NOT sent, channel email: " in out
    assert "500" in out
    assert "tok-4711" not in out
    assert good.titles() == ["Test alert of the trading desk"] * 2


def test_a_channel_without_an_address_names_its_variable(settings_with):
    with pytest.raises(BadInput, match="set COUNCIL_ALERT_TELEGRAM_URL in "):
        alerts_test(settings_with(), CLOCK, "telegram")
    with pytest.raises(BadInput, match="'pager' is unknown: use one of log"):
        alerts_test(settings_with(), CLOCK, "pager")


def test_doctor_says_that_nobody_is_told(settings_with):
    (check,) = alert_checks(settings_with())
    assert check.ok
    assert check.warning
    assert "log alone (set COUNCIL_ALERT_DISCORD_URL or" in check.detail


def test_doctor_names_channels_and_addresses_it_cannot_read(settings_with):
    settings = settings_with(
        COUNCIL_ALERT_DISCORD_URL="json://127.0.0.1/tok-4711", COUNCIL_ALERT_EMAIL_URL="hello"
    )
    alerts, email, links = alert_checks(settings)
    assert alerts.detail == "told over discord, email"
    assert (email.name, email.ok) == ("alerts email", False)
    assert links.warning
    assert not any("tok-4711" in check.detail for check in (alerts, email, links))


def test_the_list_says_what_became_of_each_alert(capsys):
    store = memory()
    alerts_list(store, 5, as_json=False)
    desk, notifier = a_desk(store, FixedClock(NOON)), FakeNotifier()
    slot(store)
    raise_alerts(desk)
    asyncio.run(deliver(desk, notifier))
    alerts_list(store, 5, as_json=False)
    alerts_list(store, 5, as_json=True)
    store.close()
    out = capsys.readouterr().out
    assert "no alert was ever raised" in out
    assert "chat: delivered" in out
    (listed,) = json.loads(out[out.index("[\n") :])
    assert listed["kind"] == "job_failed"
    assert listed["channels"] == {"chat": "delivered 2026-11-18 12:00 New York"}
