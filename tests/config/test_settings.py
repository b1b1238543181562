"""Settings: YAML is the truth, variables override, and each value knows where it came from."""

from __future__ import annotations

import re
import shutil

import pytest

from config.environment import Environment
from config.settings import load_settings
from core.errors import ConfigError
from tests.fixture_files import ROOT

TEMPLATE = ROOT / ".env.template"


@pytest.fixture
def root(tmp_path):
    """A checkout with the project's own YAML files and no ``.env``."""
    ignore = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=ignore)
    return tmp_path


def refusal(root, **env: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(root, env)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_nothing_set_means_rules_on_a_sqlite_file_under_runs(root):
    settings = load_settings(root, {})
    assert settings.policy.profile.name == "rules"
    assert settings.store_shown == f"sqlite:///{root}/runs/events.db"
    assert settings.market_data_dir is None
    assert (settings.ports.web, settings.ports.scheduler, settings.ports.test) == (8200, 8202, 8201)


def test_the_process_environment_does_not_leak_into_given_variables(root, monkeypatch):
    monkeypatch.setenv("PORT_BACKEND", "9999")
    assert load_settings(root, {}).ports.web == 8200
    assert load_settings(root).ports.web == 9999


def test_a_key_makes_auto_live_and_the_origin_says_so(root):
    settings = load_settings(root, {"OPENROUTER_API_KEY": "sk-or-secret"})
    shown = settings.origins["profile"]
    assert shown.value_shown == "live"
    assert shown.origin == "config/models.yaml:6 (auto: OPENROUTER_API_KEY is present)"


def test_the_command_line_chooses_the_profile_and_the_store(root):
    settings = load_settings(root, {}, profile="live", store="runs/other.db")
    assert settings.policy.profile.name == "live"
    assert settings.store_shown == f"sqlite:///{root}/runs/other.db"
    assert settings.origins["store"].origin == "command line --store"


def test_no_key_appears_in_any_print_of_the_settings(root):
    secret = "sk-or-very-secret"
    settings = load_settings(
        root,
        {
            "OPENROUTER_API_KEY": secret,
            "APCA_API_KEY_ID": f"PK{secret}",
            "APCA_API_SECRET_KEY": secret,
            "DATABASE_URL": f"postgresql://desk:{secret}@db/council",
        },
    )
    assert secret not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.keys_present["OPENROUTER_API_KEY"]
    assert settings.origins["OPENROUTER_API_KEY"].value_shown == "present"
    assert settings.store_shown == "postgresql+psycopg://desk:***@db/council"


def test_each_policy_value_names_the_line_that_sets_it(root):
    origins = load_settings(root, {}).origins
    assert origins["risk.max_position_pct"] == ("1", "config/risk.yaml:4")
    assert origins["profiles.rules.seats[0].model"].value_shown == "rules/trend"
    assert origins["profiles.rules.stages.pitch.max_tokens"] == ("4000", "default")


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_default(root):
    (root / ".env").write_text("# ports\nPORT_BACKEND=9001\nPORT_SCHEDULER='9002'\n")
    settings = load_settings(root, {"PORT_BACKEND": "9003"})
    assert (settings.ports.web, settings.ports.scheduler) == (9003, 9002)
    assert settings.origins["PORT_BACKEND"].origin == "environment PORT_BACKEND"
    assert settings.origins["PORT_SCHEDULER"].origin == ".env:3 PORT_SCHEDULER"


def test_an_alias_in_the_environment_wins_over_dotenv(root):
    (root / ".env").write_text("PORT_BACKEND=9001\n")
    assert load_settings(root, {"PORT_FRONTEND": "9004"}).ports.web == 9004


def test_an_empty_variable_is_an_unset_one(root):
    assert not load_settings(root, {"OPENROUTER_API_KEY": " "}).keys_present["OPENROUTER_API_KEY"]


def test_a_broken_line_in_dotenv_is_named(root):
    (root / ".env").write_text("PORT_BACKEND=9001\nnot a line\n")
    assert refusal(root).startswith(".env:2: not a line NAME=value")


def test_a_relative_data_folder_is_taken_from_the_checkout(root):
    assert load_settings(root, {"MARKET_DATA_DIR": "bars"}).market_data_dir == root / "bars"


REFUSED = [
    ({"PORT_BACKEND": "abc"}, "environment PORT_BACKEND: 'abc' is not allowed (a whole number, 1"),
    ({"PORT_SCHEDULER": "70000"}, "(a whole number, 1 <= value <= 65535)"),
    ({"PORT_BACKEND": "8202"}, "each needs its own"),
    ({"LOG_LEVEL": "loud"}, "one of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
    ({"LOG_FORMAT": "xml"}, "one of auto, json, console"),
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "environment OTEL_EXPORTER_OTLP_ENDPOINT"),
    ({"DB_MIN_POOL_SIZE": "60"}, "is more than DB_MAX_POOL_SIZE 50"),
    ({"SCHEDULE_TIMEZONE": "UTC"}, "only America/New_York"),
]


@pytest.mark.parametrize(("env", "said"), REFUSED)
def test_a_bad_variable_is_refused_with_what_is_allowed(root, env, said):
    assert said in refusal(root, **env)


def test_log_levels_may_be_written_in_any_case(root):
    assert load_settings(root, {"LOG_LEVEL": "debug"}).log_level == "DEBUG"


DOCUMENTED = """
OPENROUTER_API_KEY GEMINI_API_KEY PERPLEXITY_API_KEY LLM_ANTHROPIC_API_KEY LLM_OPENAI_API_KEY
ANTHROPIC_API_KEY OPENAI_API_KEY APCA_API_KEY_ID APCA_API_SECRET_KEY ALPACA_API_KEY
ALPACA_SECRET_KEY APCA_API_BASE_URL DATABASE_URL DATABASE_NAME DATABASE_USER DATABASE_HOST
DATABASE_PORT DATABASE_PASSWORD DATABASE_PATH DB_MIN_POOL_SIZE DB_MAX_POOL_SIZE
DB_COMMAND_TIMEOUT DB_MAX_INACTIVE_CONNECTION_LIFETIME MARKET_DATA_DIR LOG_LEVEL LOG_FORMAT
OTEL_EXPORTER_OTLP_ENDPOINT PORT_BACKEND
PORT_FRONTEND PORT_SCHEDULER PORT_TEST TAILSCALE_IP ALLOWED_HOSTS PUBLIC_BASE_URL
TRADING_DRAWDOWN_HALT_PCT TRADING_CONSECUTIVE_LOSS_HALT TRADING_DRAWDOWN_RESUME_PCT
TRADING_WIN_STREAK_RESUME TRADING_WATCHLIST_SYMBOLS SCHEDULE_SCAN_TIMES SCHEDULE_TIMEZONE
SCHEDULE_MARKET_HOURS_ONLY SCHEDULE_WEEKDAYS_ONLY DISCOVERY_METRIC_WEIGHT DISCOVERY_FUZZY_WEIGHT
DISCOVERY_LLM_WEIGHT DISCOVERY_ENABLED_PICKERS DISCOVERY_LLM_PICKER_MODEL
DISCOVERY_INTERVAL_HOURS DISCOVERY_MAX_WATCHLIST_SIZE EMBEDDING_PROVIDER EMBEDDING_MODEL
EMBEDDING_DIMENSIONS LLM_DATA_AGENT_MODEL LLM_RISK_AGENT_MODEL LLM_VALIDATOR_MODEL
LLM_META_AGENT_MODEL
""".split()


def test_the_template_has_every_documented_variable():
    text = TEMPLATE.read_text()
    accounts = [
        f"ALPACA_ACCOUNT_{n}_{part}" for n in range(1, 8) for part in ("KEY_ID", "SECRET_KEY")
    ]
    assert [name for name in (*DOCUMENTED, *accounts) if not re.search(rf"\b{name}\b", text)] == []


def test_the_template_shows_the_defaults_the_code_has():
    written = dict(re.findall(r"^# ([A-Z_]+)=(.+)$", TEMPLATE.read_text(), flags=re.MULTILINE))
    written.pop("DATABASE_URL")
    defaults = {
        name.upper(): str(field.default).replace("False", "false")
        for name, field in Environment.model_fields.items()
        if field.default is not None
    }
    assert {name: written[name] for name in defaults} == defaults


@pytest.mark.parametrize("given", ["abc", "nan", "0", "-3", "inf"])
def test_a_lease_that_cannot_be_kept_is_refused_by_its_name(root, given):
    assert refusal(root, COUNCIL_LEASE_S=given).startswith(
        f"environment COUNCIL_LEASE_S: {given!r} is not allowed"
    )
    assert load_settings(root, {"COUNCIL_LEASE_S": "2.5"}).lease_s == 2.5
    assert load_settings(root, {}).lease_s == 20


def test_the_template_copied_as_it_is_changes_nothing(root):
    before = load_settings(root, {})
    shutil.copy(TEMPLATE, root / ".env")
    assert load_settings(root, {}) == before


def test_another_root_is_named_by_a_variable(root):
    settings = load_settings(env={"COUNCIL_ROOT": str(root)})
    assert settings.paths.root == root
    assert settings.store_shown == f"sqlite:///{root}/runs/events.db"


def test_a_root_without_a_configuration_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"COUNCIL_ROOT=.*there is no folder config in it"):
        load_settings(env={"COUNCIL_ROOT": str(tmp_path)})


def test_a_key_found_later_does_not_change_what_auto_came_to_before(root):
    key = {"OPENROUTER_API_KEY": "sk-or-secret"}
    settings = load_settings(root, key, recorded_profile="rules")
    assert settings.policy.profile.name == "rules"
    assert settings.origins["profile"].origin.startswith("this desk's own")
    assert (
        load_settings(root, key, profile="live", recorded_profile="rules").policy.profile.name
        == "live"
    )
