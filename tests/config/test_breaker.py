"""The breaker's thresholds: the file's, and what variables say over it."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest

from config.settings import load_settings
from core.errors import ConfigError
from core.policy import BreakerLimits
from tests.fixture_files import ROOT


@pytest.fixture
def root(tmp_path):
    """A checkout with the project's own YAML files and no ``.env``."""
    ignore = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=ignore)
    return tmp_path


def test_the_file_has_the_documented_thresholds_and_says_where(root):
    settings = load_settings(root, {})
    assert settings.policy.breaker == BreakerLimits()
    shown = settings.origins["breaker.drawdown_halt_pct"]
    assert (shown.value_shown, shown.origin.split(":")[0]) == ("20", "config/risk.yaml")


def test_variables_override_the_file_and_say_so(root):
    given = {
        "TRADING_DRAWDOWN_HALT_PCT": "12.5",
        "TRADING_DRAWDOWN_RESUME_PCT": "8",
        "TRADING_CONSECUTIVE_LOSS_HALT": "4",
        "TRADING_WIN_STREAK_RESUME": "2",
    }
    settings = load_settings(root, given)
    assert settings.policy.breaker == BreakerLimits(
        drawdown_halt_pct=Decimal("12.5"),
        drawdown_resume_pct=Decimal(8),
        consecutive_loss_halt=4,
        win_streak_resume=2,
    )
    shown = settings.origins["breaker.drawdown_halt_pct"]
    assert shown == ("12.5", "environment TRADING_DRAWDOWN_HALT_PCT")
    assert settings.origins["TRADING_WIN_STREAK_RESUME"].value_shown == "2"


def test_the_policys_fingerprint_tells_the_spelling_from_the_number(root):
    plain = load_settings(root, {}).policy.fingerprint()
    same = load_settings(root, {"TRADING_DRAWDOWN_HALT_PCT": "20.0"}).policy.fingerprint()
    other = load_settings(root, {"TRADING_DRAWDOWN_HALT_PCT": "21"}).policy.fingerprint()
    assert plain == same != other


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TRADING_DRAWDOWN_HALT_PCT": "0"}, "environment TRADING_DRAWDOWN_HALT_PCT: '0'"),
        ({"TRADING_DRAWDOWN_HALT_PCT": "120"}, "is not allowed"),
        ({"TRADING_CONSECUTIVE_LOSS_HALT": "ten"}, "TRADING_CONSECUTIVE_LOSS_HALT: 'ten'"),
        ({"TRADING_DRAWDOWN_RESUME_PCT": "25"}, "must not be over TRADING_DRAWDOWN_HALT_PCT"),
    ],
)
def test_what_is_no_threshold_is_refused_in_one_line(root, given, said):
    with pytest.raises(ConfigError) as caught:
        load_settings(root, given)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
