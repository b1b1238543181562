"""The YAML files as one frozen policy; every refusal names file, line, key and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias, TypeVar

from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from config.connections import ConnectionsFile, ProviderSpec
from config.refusal import refusal
from config.remembering import MemoryFile
from config.strategies import StrategiesFile
from config.yaml_source import YamlSource, read_yaml
from core.agents import AgentCast
from core.discovery.settings import DiscoverySettings
from core.errors import ConfigError
from core.policy import (
    AssetSpec,
    BreakerLimits,
    CheckpointPolicy,
    CouncilRules,
    DeskPolicy,
    ExecutionPolicy,
    RiskLimits,
    ScheduleSpec,
)
from core.prices import Budget, Price
from core.profile import Cast, ModelId, Profile, ProfileName
from core.schemas.base import Schema

ProfileChoice: TypeAlias = Literal["auto", "live", "local", "rules"]
ProviderName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
BUILT_IN = ("openrouter", "anthropic", "openai", "gemini", "perplexity")
"""Endpoints whose addresses are known; any other needs a ``base_url``."""
FileT = TypeVar("FileT", bound=BaseModel)


class AssetsFile(Schema):
    assets: tuple[AssetSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        symbols = [asset.symbol for asset in self.assets]
        twins = sorted({symbol for symbol in symbols if symbols.count(symbol) > 1})
        if twins:
            raise ValueError(f"assets list {twins[0]} twice: keep one")
        return self


class RiskFile(Schema):
    risk: RiskLimits
    council: CouncilRules
    checkpoints: CheckpointPolicy
    execution: ExecutionPolicy = ExecutionPolicy()
    breaker: BreakerLimits = BreakerLimits()


class ModelsFile(Schema):
    profile: ProfileChoice
    budget: Budget = Budget()
    providers: Mapping[ProviderName, ProviderSpec] = Field(default_factory=dict)
    prices: Mapping[ModelId, Price] = Field(default_factory=dict)
    profiles: Mapping[ProfileName, Cast] = Field(min_length=1)
    agents: Mapping[ProfileName, AgentCast] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _other_endpoints_have_an_address(self) -> Self:
        for name, spec in self.providers.items():
            if name not in BUILT_IN and spec.base_url is None:
                raise ValueError(
                    f"providers.{name} needs its base_url, e.g. http://127.0.0.1:11434/v1"
                )
        return self


@dataclass(frozen=True)
class PolicyFiles:
    """Every file, read and valid, each beside the lines its keys stand on."""

    assets: AssetsFile
    schedule: ScheduleSpec
    models: ModelsFile
    risk: RiskFile
    connections: ConnectionsFile
    strategies: StrategiesFile
    discovery: DiscoverySettings
    memory: MemoryFile
    sources: Mapping[str, YamlSource]

    def profile(self, choice: ProfileChoice, *, live_possible: bool) -> Profile:
        """The profile a choice means: ``auto`` is live when it is possible, else rules."""
        name: ProfileName = choice if choice != "auto" else "live" if live_possible else "rules"
        cast = self.models.profiles.get(name)
        if cast is None:
            known = ", ".join(sorted(self.models.profiles))
            raise ConfigError(
                f"{self.sources['models'].at(('profiles',))}: profile {name} is not there (known: {known})"
            )
        return Profile(name=name, **{field: getattr(cast, field) for field in Cast.model_fields})

    def policy(self, profile: Profile) -> DeskPolicy:
        self._refuse_impossible_quorum(profile)
        terms = {term for cast in self.models.profiles.values() for term in cast.identity_terms()}
        return DeskPolicy(
            assets=self.assets.assets,
            profile=profile,
            council=self.risk.council,
            risk=self.risk.risk,
            schedule=self.schedule,
            checkpoints=self.risk.checkpoints,
            execution=self.risk.execution,
            breaker=self.risk.breaker,
            memory=self.memory.memory.policy,
            identities=tuple(sorted(terms)),
        )

    def _refuse_impossible_quorum(self, profile: Profile) -> None:
        seats = len(profile.seats)
        for key, most in (("quorum_pitches", seats), ("quorum_reviews", seats - 1)):
            value = getattr(self.risk.council, key)
            if value > most:
                raise ConfigError(
                    f"{self.sources['risk'].at(('council', key))}: council.{key}: {value} is not "
                    f"allowed (0 <= value <= {most}, profile {profile.name} has {seats} seats)"
                )


def load_policy_files(config_dir: Path) -> PolicyFiles:
    """Read and validate every YAML file of the policy; the first fault is a ConfigError."""
    sources: dict[str, YamlSource] = {}

    def load(name: str, model: type[FileT]) -> FileT:
        sources[name] = read_yaml(config_dir / f"{name}.yaml", f"{config_dir.name}/{name}.yaml")
        return validated(sources[name], model)

    return PolicyFiles(
        assets=load("assets", AssetsFile),
        schedule=load("schedule", ScheduleSpec),
        models=load("models", ModelsFile),
        risk=load("risk", RiskFile),
        connections=load("connections", ConnectionsFile),
        strategies=load("strategies", StrategiesFile),
        discovery=load("discovery", DiscoverySettings),
        memory=load("memory", MemoryFile),
        sources=sources,
    )


def validated(source: YamlSource, model: type[FileT]) -> FileT:
    """Strict: text is no number, a number no word; what YAML cannot say (dates, tuples) is read."""
    try:
        return model.model_validate_json(source.as_json(), strict=True)
    except ValidationError as error:
        raise refusal(source, model, error) from error
