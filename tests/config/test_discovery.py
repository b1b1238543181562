"""Discovery's file and variables: strict, overridden by name, and no part of the council's settings."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from config.discovery import sector_rows
from config.settings import load_settings
from core.discovery.sectors import parse_sectors, sectors_on
from core.discovery.settings import DiscoverySettings
from core.errors import ConfigError
from core.schemas.suggestion import Picker
from tests.fixture_files import ROOT


@pytest.fixture
def root(tmp_path):
    ignored = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=ignored)
    return tmp_path


def test_the_file_as_it_ships_says_the_defaults(root):
    assert load_settings(root, {}).discovery == DiscoverySettings()


def test_variables_override_and_leave_the_council_alone(root):
    given = {
        "DISCOVERY_METRIC_WEIGHT": "0.5",
        "DISCOVERY_ENABLED_PICKERS": "metric, llm",
        "DISCOVERY_MAX_WATCHLIST_SIZE": "7",
        "DISCOVERY_INTERVAL_HOURS": "2",
        "TRADING_WATCHLIST_SYMBOLS": "NVDA,BRK.B",
    }
    plain, settings = load_settings(root, {}), load_settings(root, given)
    assert settings.discovery.weights.metric == 0.5
    assert settings.discovery.weights.fuzzy == 0.4
    assert settings.discovery.enabled == (Picker.METRIC, Picker.LLM)
    assert settings.discovery.max_watchlist == 7
    spec = settings.strategy("equity_cycle")
    assert spec.universe.watch == ("NVDA", "BRK.B")
    assert spec.schedule.discovery_hours == 2
    assert settings.strategy("macro_council") == plain.strategy("macro_council")
    assert settings.policy == plain.policy
    assert settings.discovery.fingerprint != plain.discovery.fingerprint
    assert (
        settings.origins["DISCOVERY_METRIC_WEIGHT"].origin == "environment DISCOVERY_METRIC_WEIGHT"
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"DISCOVERY_ENABLED_PICKERS": "nose"}, "environment DISCOVERY_ENABLED_PICKERS"),
        ({"DISCOVERY_ENABLED_PICKERS": "manual"}, "one or more of metric, fuzzy, llm"),
        ({"DISCOVERY_MAX_WATCHLIST_SIZE": "21"}, "1 <= value <= 20"),
        ({"DISCOVERY_LLM_WEIGHT": "2"}, "0 <= value <= 1"),
        ({"TRADING_WATCHLIST_SYMBOLS": "nv da"}, "'nv da' is no symbol"),
        (
            {
                "DISCOVERY_ENABLED_PICKERS": "llm",
                "DISCOVERY_LLM_WEIGHT": "0",
            },
            "weights are all 0",
        ),
    ],
)
def test_a_wrong_variable_is_one_line(root, given, says):
    with pytest.raises(ConfigError) as caught:
        load_settings(root, given)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_key_of_the_file_names_its_line(root):
    file = root / "config" / "discovery.yaml"
    file.write_text(file.read_text().replace("min_price: 5", "min_prize: 5"))
    with pytest.raises(ConfigError, match=r"config/discovery\.yaml:\d+"):
        load_settings(root, {})


def test_hills_must_rise(root):
    file = root / "config" / "discovery.yaml"
    file.write_text(file.read_text().replace("rsi: [10, 30, 70, 90]", "rsi: [10, 70, 30, 90]"))
    with pytest.raises(ConfigError, match="rsi: must rise"):
        load_settings(root, {})


def test_sectors_are_those_known_on_the_day():
    rows = sector_rows(ROOT / "config")
    assert len({row.symbol for row in rows}) > 150
    assert sectors_on(rows, date(2018, 9, 27)).of("GOOGL") == "Information Technology"
    assert sectors_on(rows, date(2018, 9, 28)).of("GOOGL") == "Communication Services"
    assert sectors_on(rows, date(2023, 3, 19)).of("V") == "Information Technology"
    assert sectors_on(rows, date(2023, 3, 20)).of("V") == "Financials"
    assert sectors_on(rows, date(2020, 12, 9)).of("ABNB") is None
    assert sectors_on(rows, date(2000, 1, 1)).day is None


@pytest.mark.parametrize(
    "line", ["NVDA,Technology", "NVDA,Technology,soon", ",Technology,2020-01-01"]
)
def test_a_wrong_sector_line_is_named(line):
    with pytest.raises(ConfigError, match=r"sectors\.csv entry 2"):
        parse_sectors(["symbol,sector,known_from", line], "sectors.csv")


def test_a_missing_sectors_file_is_named(root):
    (root / "config" / "sectors.csv").unlink()
    with pytest.raises(ConfigError, match=r"config/sectors\.csv: cannot be read"):
        sector_rows(root / "config")
