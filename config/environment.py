"""The variables that are settings, typed and bounded; keys are elsewhere, in ``config.secrets``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, TypeAlias

from pydantic import Field, IPvAnyAddress, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.allowed import allowed_text, node_at
from config.refusal import shown
from config.variables import Variables
from core.errors import ConfigError

LogLevel: TypeAlias = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LogFormat: TypeAlias = Literal["auto", "json", "console"]
EmbeddingProvider: TypeAlias = Literal["auto", "minilm", "openai", "hashing"]
LOWEST_PORT, HIGHEST_PORT = 1, 65_535


def _port(default: int) -> Any:
    return Field(default, ge=LOWEST_PORT, le=HIGHEST_PORT)


class Environment(BaseSettings):
    """One field a variable, named by it in capitals; what reads the values is `read_environment`."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", alias_generator=str.upper)

    database_url: str | None = Field(None, repr=False)
    database_name: str | None = None
    database_user: str | None = None
    database_host: str = "localhost"
    database_port: int = _port(5432)
    database_password: str | None = Field(None, repr=False)
    database_path: str = "./runs/events.db"
    db_min_pool_size: int = Field(10, ge=0, le=1_000)
    db_max_pool_size: int = Field(50, ge=1, le=1_000)
    db_command_timeout: float = Field(60, gt=0, le=3_600)
    db_max_inactive_connection_lifetime: float = Field(300, gt=0, le=86_400)
    market_data_dir: str | None = None
    log_level: LogLevel = "INFO"
    log_format: LogFormat = "auto"
    otel_exporter_otlp_endpoint: str | None = Field(None, pattern=r"^https?://[^\s@]+$")
    council_lease_s: float = Field(20, ge=1, le=3_600, allow_inf_nan=False)
    port_backend: int = _port(8200)
    port_scheduler: int = _port(8202)
    port_test: int = _port(8201)
    trading_drawdown_halt_pct: Decimal | None = Field(None, gt=0, le=100)
    trading_drawdown_resume_pct: Decimal | None = Field(None, gt=0, le=100)
    trading_consecutive_loss_halt: int | None = Field(None, ge=1, le=1_000)
    trading_win_streak_resume: int | None = Field(None, ge=1, le=1_000)
    public_base_url: str | None = Field(None, pattern=r"^https?://[^\s@?#]+$", max_length=200)
    tailscale_ip: IPvAnyAddress | None = None
    allowed_hosts: str | None = None
    public_read_only: bool = False
    operator_emails: str | None = None
    viewer_emails: str | None = None
    schedule_timezone: Literal["America/New_York"] = "America/New_York"
    schedule_scan_times: str | None = Field(None, max_length=400)
    schedule_market_hours_only: Literal["true"] = "true"
    schedule_weekdays_only: Literal["true"] = "true"
    embedding_provider: EmbeddingProvider = "auto"
    embedding_model: str | None = Field(
        None, pattern=r"^[A-Za-z0-9][A-Za-z0-9./_-]*$", max_length=120
    )
    embedding_dimensions: int = Field(384, ge=8, le=4_096)
    llm_data_agent_model: str | None = Field(None, max_length=120)
    llm_risk_agent_model: str | None = Field(None, max_length=120)
    llm_validator_model: str | None = Field(None, max_length=120)
    llm_meta_agent_model: str | None = Field(None, max_length=120)
    discovery_metric_weight: float | None = Field(None, ge=0, le=1)
    discovery_fuzzy_weight: float | None = Field(None, ge=0, le=1)
    discovery_llm_weight: float | None = Field(None, ge=0, le=1)
    discovery_enabled_pickers: str | None = Field(None, max_length=100)
    discovery_interval_hours: int | None = Field(None, ge=1, le=24)
    discovery_max_watchlist_size: int | None = Field(None, ge=1, le=20)
    trading_watchlist_symbols: str | None = Field(None, max_length=400)
    discovery_llm_picker_model: str | None = Field(None, max_length=120)

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # it is called with these keywords
        cls,
        _settings: type[BaseSettings],
        *,
        init_settings: PydanticBaseSettingsSource,
        **_others: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is passed in: `Variables` has read both sources and knows each value's place."""
        return (init_settings,)


def read_environment(variables: Variables) -> tuple[Environment, dict[str, str]]:
    """The settings, and for each variable that was given the place it was given at."""
    given = {name: variables.find(name) for name in map(str.upper, Environment.model_fields)}
    found = {name: value for name, value in given.items() if value is not None}
    origins = {name: value.origin for name, value in found.items()}
    try:
        environment = Environment.model_validate({name: item.value for name, item in found.items()})
    except ValidationError as error:
        raise _refusal(error.errors()[0], origins) from error
    _refuse_contradictions(environment)
    return environment, origins


def _refusal(error: ErrorDetails, origins: dict[str, str]) -> ConfigError:
    name = str(error["loc"][0])
    allowed = allowed_text(node_at(Environment.model_json_schema(), (name,)))
    return ConfigError(f"{origins[name]}: {shown(error['input'])} is not allowed ({allowed})")


def _refuse_contradictions(environment: Environment) -> None:
    if environment.db_min_pool_size > environment.db_max_pool_size:
        raise ConfigError(
            f"DB_MIN_POOL_SIZE {environment.db_min_pool_size} is more than "
            f"DB_MAX_POOL_SIZE {environment.db_max_pool_size}: lower the first"
        )
    ports = (environment.port_backend, environment.port_scheduler, environment.port_test)
    if len(set(ports)) < len(ports):
        raise ConfigError(
            f"PORT_BACKEND, PORT_SCHEDULER and PORT_TEST are {ports}: each needs its own"
        )
