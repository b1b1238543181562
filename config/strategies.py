"""The strategies and their agents as files and variables say; none of it is part of the council's policy."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import time
from typing import Self

from pydantic import Field, ValidationError, model_validator

from config.environment import Environment
from core.agents import AgentCast, AgentName, rules_cast
from core.errors import ConfigError
from core.profile import AccountSpec, ModelSpec, Profile, ProfileName
from core.schemas.base import Schema
from core.strategy import MACRO, StrategySpec

AGENT_VARIABLES: Mapping[AgentName, str] = {
    AgentName.DATA_ANALYST: "llm_data_agent_model",
    AgentName.RISK_MANAGER: "llm_risk_agent_model",
    AgentName.VALIDATOR: "llm_validator_model",
    AgentName.META_DECISION: "llm_meta_agent_model",
}
"""Which variable of the environment names which agent's model."""


class StrategiesFile(Schema):
    strategies: tuple[StrategySpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [strategy.name for strategy in self.strategies]
        accounts = [strategy.account for strategy in self.strategies if strategy.account]
        for what, values in (
            ("strategy", Counter(names)),
            ("account", Counter(map(str, accounts))),
        ):
            twins = [value for value, times in values.items() if times > 1]
            if twins:
                raise ValueError(f"{what} {twins[0]} is there twice: each needs its own")
        if sum(strategy.pipeline == "weekly" for strategy in self.strategies) != 1:
            raise ValueError(f"exactly one strategy is the weekly council: keep {MACRO}")
        return self


def strategies_of(
    file: StrategiesFile, profile: Profile, environment: Environment, given: Mapping[str, str]
) -> tuple[StrategySpec, ...]:
    """The strategies under what SCHEDULE_SCAN_TIMES says; ConfigError for an account a seat has."""
    seats = {str(account.account_id): account for account in profile.accounts}
    for strategy in file.strategies:
        _refuse_taken(strategy, seats)
    if environment.schedule_scan_times is None:
        return file.strategies
    times = _scan_times(environment.schedule_scan_times, given["SCHEDULE_SCAN_TIMES"])
    return tuple(
        _scheduled(strategy, times, given["SCHEDULE_SCAN_TIMES"])
        if strategy.pipeline == "cycle"
        else strategy
        for strategy in file.strategies
    )


def agents_of(
    casts: Mapping[ProfileName, AgentCast],
    profile: Profile,
    environment: Environment,
    given: Mapping[str, str],
) -> AgentCast:
    """The profile's agents under what LLM_… variables name; rules where the files name nobody."""
    cast = casts.get(profile.name, rules_cast())
    changes = {
        agent.value: _named(model, given[variable.upper()])
        for agent, variable in AGENT_VARIABLES.items()
        if (model := getattr(environment, variable)) is not None
    }
    picker = environment.discovery_llm_picker_model
    if picker is not None:
        changes["discovery"] = _named(picker, given["DISCOVERY_LLM_PICKER_MODEL"])
    return cast.model_copy(update=changes)


def _refuse_taken(strategy: StrategySpec, seats: Mapping[str, AccountSpec]) -> None:
    taken = seats.get(strategy.account or "")
    if taken is not None:
        raise ConfigError(
            f"config/strategies.yaml: account {strategy.account} of {strategy.name} is already "
            f"{taken.name}'s: give it another, e.g. acct_{len(seats) + 1}"
        )


def _named(model: str, place: str) -> ModelSpec:
    vendor = model.split("/", maxsplit=1)[0]
    try:
        return ModelSpec(
            name=model[:60], model=model, vendor=None if vendor == "rules" else vendor[:60]
        )
    except ValidationError as error:
        raise ConfigError(
            f"{place}: {model[:80]!r} is no model: write vendor/model, e.g. anthropic/claude-sonnet-4.5"
        ) from error


def _scan_times(text: str, place: str) -> tuple[time, ...]:
    try:
        return tuple(time.fromisoformat(one) for one in json.loads(text))
    except (ValueError, TypeError) as error:
        raise ConfigError(
            f'{place}: {text[:80]!r} is no list of times: write ["11:00", "14:30"]'
        ) from error


def _scheduled(strategy: StrategySpec, times: tuple[time, ...], place: str) -> StrategySpec:
    try:
        schedule = type(strategy.schedule).model_validate(
            {**strategy.schedule.model_dump(), "cycles": times}
        )
    except ValidationError as error:
        why = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{place}: {why}") from error
    return strategy.model_copy(update={"schedule": schedule})
