"""Everything a process needs to know before it starts, frozen: YAML is the truth, variables override."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from config.access import WebAccess, web_access
from config.breaker import breaker_origins, with_breaker_variables
from config.connections import ConnectionsFile, ProviderSpec
from config.database import store_address, without_password
from config.environment import Environment, LogFormat, LogLevel, read_environment
from config.loading import PolicyFiles, ProfileChoice, load_policy_files
from config.origins import Origin, key_origins, policy_origins, variable_origins
from config.secrets import key_names, secrets_from
from config.strategies import agents_of, strategies_of
from config.variables import read_variables
from core.agents import AgentCast
from core.errors import BadInput, ConfigError
from core.policy import DeskPolicy
from core.prices import Budget, PriceTable
from core.profile import ProfileName
from core.schemas.base import Schema
from core.strategy import StrategySpec

PROJECT_ROOT = Path(__file__).resolve().parent.parent
ROOT_VARIABLE = "COUNCIL_ROOT"
"""Another folder with ``config/``, ``.env`` and ``runs/`` than the checkout's own."""


KEPT_PROFILE = Origin("", "this desk's own (resolved when it was made)")


class Ports(Schema):
    """TCP ports on this machine: pages and API, the scheduler's health, the tests' web app."""

    web: int
    scheduler: int
    test: int


class PoolSpec(Schema):
    """PostgreSQL's pool: connections kept and at most, seconds a statement, seconds idle."""

    min_size: int
    max_size: int
    command_timeout_s: float
    max_idle_s: float


class Paths(Schema):
    """Where things lie; ``runs`` receives stores and closed weeks, ``exports`` what jobs write."""

    root: Path
    config_dir: Path
    env_file: Path
    runs: Path
    exports: Path

    @property
    def demo_store(self) -> str:
        """The demonstration desk's own store, as a database URL."""
        return f"sqlite:///{self.runs / 'demo.db'}"


class Settings(Schema):
    """The effective settings; ``origins`` says for each value what it is and where it came from.

    ``profile_choice`` is what was asked for, ``policy.profile`` what it came to. ``lease_s``: seconds
    after which a leader that is silent has lost, and a standby takes over. The database's URL is a
    SecretStr as it may hold a password; keys are only known as present or absent.
    """

    policy: DeskPolicy
    strategies: tuple[StrategySpec, ...]
    agents: AgentCast
    connections: ConnectionsFile
    endpoints: Mapping[str, ProviderSpec]
    prices: PriceTable
    budget: Budget
    profile_choice: ProfileChoice
    database_url: SecretStr
    pool: PoolSpec
    market_data_dir: Path | None
    log_level: LogLevel
    log_format: LogFormat
    otlp_endpoint: str | None
    lease_s: float
    ports: Ports
    public_base_url: str | None
    access: WebAccess
    paths: Paths
    keys_present: Mapping[str, bool]
    origins: Mapping[str, Origin]

    def strategy(self, name: str) -> StrategySpec:
        """The strategy of this name; BadInput with those there are."""
        for strategy in self.strategies:
            if strategy.name == name:
                return strategy
        known = ", ".join(strategy.name for strategy in self.strategies)
        raise BadInput(f"there is no strategy {name[:40]!r}: use one of {known}")

    @property
    def store_shown(self) -> str:
        """The store's address without its password."""
        return without_password(self.database_url.get_secret_value())


def load_settings(  # noqa: PLR0913 - each source of settings is one keyword
    root: Path | None = None,
    env: Mapping[str, str] | None = None,
    *,
    profile: ProfileChoice | None = None,
    store: str | None = None,
    config_dir: Path | None = None,
    recorded_profile: ProfileName | None = None,
) -> Settings:
    """Read the YAML files, ``.env`` and the environment (``env`` when given) into Settings.

    ``profile`` and ``store`` are the command line's ``--profile`` and ``--store``;
    ``recorded_profile`` is what the store's desk was made with: it wins over the files, not over
    the command line. Without ``root``: COUNCIL_ROOT, else the checkout. Whatever is wrong is one
    ConfigError line; nothing is opened but those files.
    """
    root = root or _root(os.environ if env is None else env)
    paths = _paths(root, config_dir)
    variables = read_variables(paths.env_file, env)
    environment, given = read_environment(variables)
    address = store_address(environment, given, root, store)
    files = load_policy_files(paths.config_dir)
    asked = profile or files.models.profile
    live_possible = secrets_from(variables).openrouter_api_key is not None
    kept = recorded_profile if profile is None else None
    policy = files.policy(files.profile(kept or asked, live_possible=live_possible))
    policy = with_breaker_variables(policy, environment, given)
    return Settings(
        policy=policy,
        strategies=strategies_of(files.strategies, policy.profile, environment, given),
        agents=agents_of(files.models.agents, policy.profile, environment, given),
        connections=files.connections,
        endpoints=files.models.providers,
        prices=files.models.prices,
        budget=files.models.budget,
        profile_choice=asked,
        database_url=SecretStr(address.url),
        market_data_dir=_folder(environment.market_data_dir, root),
        log_level=environment.log_level,
        log_format=environment.log_format,
        otlp_endpoint=environment.otel_exporter_otlp_endpoint,
        lease_s=environment.council_lease_s,
        pool=_pool(environment),
        ports=_ports(environment),
        public_base_url=environment.public_base_url,
        access=web_access(environment, given, root),
        paths=paths,
        keys_present={name: variables.find(name) is not None for name in key_names()},
        origins={
            "profile": KEPT_PROFILE._replace(value_shown=kept)
            if kept
            else _profile_origin(files, policy, asked, on_command_line=profile is not None),
            "store": Origin(address.shown, address.origin),
            **variable_origins(environment, given),
            **key_origins(variables),
            **policy_origins(files, policy),
            **breaker_origins(policy, given),
        },
    )


def _root(env: Mapping[str, str]) -> Path:
    """COUNCIL_ROOT's folder, the checkout by default; ConfigError when it has no ``config``."""
    named = env.get(ROOT_VARIABLE, "").strip()
    root = Path(named).expanduser().resolve() if named else PROJECT_ROOT
    if not (root / "config").is_dir():
        raise ConfigError(f"{ROOT_VARIABLE}={named}: there is no folder config in it")
    return root


def _paths(root: Path, config_dir: Path | None) -> Paths:
    config = config_dir or root / "config"
    return Paths(
        root=root,
        config_dir=config,
        env_file=root / ".env",
        runs=root / "runs",
        exports=root / "exports",
    )


def _folder(text: str | None, root: Path) -> Path | None:
    return (root / Path(text).expanduser()).resolve() if text else None


def _pool(environment: Environment) -> PoolSpec:
    return PoolSpec(
        min_size=environment.db_min_pool_size,
        max_size=environment.db_max_pool_size,
        command_timeout_s=environment.db_command_timeout,
        max_idle_s=environment.db_max_inactive_connection_lifetime,
    )


def _ports(environment: Environment) -> Ports:
    return Ports(
        web=environment.port_backend,
        scheduler=environment.port_scheduler,
        test=environment.port_test,
    )


def _profile_origin(
    files: PolicyFiles, policy: DeskPolicy, asked: ProfileChoice, *, on_command_line: bool
) -> Origin:
    place = (
        "command line --profile" if on_command_line else files.sources["models"].at(("profile",))
    )
    key = "present" if policy.profile.name == "live" else "absent"
    reason = f" (auto: OPENROUTER_API_KEY is {key})" if asked == "auto" else ""
    return Origin(policy.profile.name, f"{place}{reason}")
