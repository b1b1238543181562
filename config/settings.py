"""Everything a process needs to know before it starts, frozen: YAML is the truth, variables override."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr

from config.access import WebAccess, web_access
from config.breaker import breaker_origins, with_breaker_variables
from config.connections import BrokerName, ConnectionsFile, ProviderSpec
from config.database import PoolSpec, StoreAddress, pool_of, store_address, without_password
from config.discovery import discovery_of, watching
from config.environment import Environment, LogFormat, LogLevel, read_environment
from config.listening import Ports, ports_of
from config.loading import PolicyFiles, ProfileChoice, load_policy_files
from config.origins import (
    KEPT,
    Origin,
    key_origins,
    policy_origins,
    profile_origin,
    variable_origins,
)
from config.paths import Paths, folder_named, paths_under, root_folder
from config.remembering import MemorySettings, memory_settings
from config.secrets import key_names, secrets_from
from config.strategies import agents_of, strategies_of
from config.variables import Variables, read_variables
from core.agents import AgentCast
from core.discovery.settings import DiscoverySettings
from core.errors import BadInput
from core.policy import DeskPolicy
from core.prices import Budget, PriceTable
from core.profile import ProfileName
from core.schemas.base import Schema
from core.strategy import StrategySpec
from core.types import StoreKind


class Settings(Schema):
    """The effective settings; ``origins`` says for each value what it is and where it came from.

    ``profile_choice`` is what was asked for, ``policy.profile`` what it came to. ``lease_s``: seconds
    after which a leader that is silent has lost, and a standby takes over. The database's URL is a
    SecretStr as it may hold a password; keys are only known as present or absent.
    """

    policy: DeskPolicy
    strategies: tuple[StrategySpec, ...]
    discovery: DiscoverySettings
    agents: AgentCast
    memory: MemorySettings
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

    def broker_of(self, kind: StoreKind) -> BrokerName:
        """Who executes for a desk of this kind: play never leaves the simulated broker."""
        return self.connections.broker if kind is StoreKind.REAL else "simulated"


class _Chosen(NamedTuple):
    """The profile: asked for here or by the files, or the one the desk was made with."""

    asked: ProfileChoice
    kept: ProfileName | None
    on_command_line: bool


class _Read(NamedTuple):
    """What lies in the files and the environment; ``given`` says which variables are set, and where."""

    files: PolicyFiles
    variables: Variables
    environment: Environment
    given: dict[str, str]


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
    root = root or root_folder(os.environ if env is None else env)
    paths = paths_under(root, config_dir)
    read = files, variables, environment, given = _read(paths, env)
    address = store_address(environment, given, root, store)
    kept = recorded_profile if profile is None else None
    chosen = _Chosen(profile or files.models.profile, kept, on_command_line=profile is not None)
    policy = _policy(read, chosen)
    return Settings(
        policy=policy,
        strategies=watching(
            strategies_of(files.strategies, policy.profile, environment, given), environment, given
        ),
        discovery=discovery_of(files.discovery, environment, given),
        agents=agents_of(files.models.agents, policy.profile, environment, given),
        memory=memory_settings(files.memory, environment, given),
        connections=files.connections,
        endpoints=files.models.providers,
        prices=files.models.prices,
        budget=files.models.budget,
        profile_choice=chosen.asked,
        database_url=SecretStr(address.url),
        market_data_dir=folder_named(environment.market_data_dir, root),
        log_level=environment.log_level,
        log_format=environment.log_format,
        otlp_endpoint=environment.otel_exporter_otlp_endpoint,
        lease_s=environment.council_lease_s,
        pool=pool_of(environment),
        ports=ports_of(environment),
        public_base_url=environment.public_base_url,
        access=web_access(environment, given, root),
        paths=paths,
        keys_present={name: variables.find(name) is not None for name in key_names()},
        origins=_origins(read, policy, chosen, address),
    )


def _read(paths: Paths, env: Mapping[str, str] | None) -> _Read:
    variables = read_variables(paths.env_file, env)
    environment, given = read_environment(variables)
    return _Read(load_policy_files(paths.config_dir), variables, environment, given)


def _policy(read: _Read, chosen: _Chosen) -> DeskPolicy:
    live_possible = secrets_from(read.variables).openrouter_api_key is not None
    profile = read.files.profile(chosen.kept or chosen.asked, live_possible=live_possible)
    return with_breaker_variables(read.files.policy(profile), read.environment, read.given)


def _origins(
    read: _Read, policy: DeskPolicy, chosen: _Chosen, address: StoreAddress
) -> dict[str, Origin]:
    if chosen.kept is not None:
        profile = Origin(chosen.kept, KEPT)
    else:
        profile = profile_origin(
            read.files, policy, chosen.asked, on_command_line=chosen.on_command_line
        )
    return {
        "profile": profile,
        "store": Origin(address.shown, address.origin),
        **variable_origins(read.environment, read.given),
        **key_origins(read.variables),
        **policy_origins(read.files, policy),
        **breaker_origins(policy, read.given),
    }
