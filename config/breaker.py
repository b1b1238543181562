"""The breaker's thresholds as variables set them, over those of ``risk.yaml``."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from config.environment import Environment
from config.origins import Origin
from core.errors import ConfigError
from core.policy import BreakerLimits, DeskPolicy

FIELDS = tuple(BreakerLimits.model_fields)


def with_breaker_variables(
    policy: DeskPolicy, environment: Environment, given: Mapping[str, str]
) -> DeskPolicy:
    """The policy under what TRADING_… variables say; ConfigError when they contradict each other."""
    said = {name: getattr(environment, f"trading_{name}") for name in FIELDS}
    changes = {name: value for name, value in said.items() if value is not None}
    if not changes:
        return policy
    try:
        breaker = BreakerLimits.model_validate({**policy.breaker.model_dump(), **changes})
    except ValidationError as error:
        places = ", ".join(given[_variable(name)] for name in changes)
        raise ConfigError(
            f"{places}: TRADING_DRAWDOWN_RESUME_PCT must not be over TRADING_DRAWDOWN_HALT_PCT"
        ) from error
    return policy.model_copy(update={"breaker": breaker})


def breaker_origins(policy: DeskPolicy, given: Mapping[str, str]) -> dict[str, Origin]:
    """Where a variable overrides the file: the value in force and the variable's place."""
    return {
        f"breaker.{name}": Origin(str(getattr(policy.breaker, name)), given[_variable(name)])
        for name in FIELDS
        if _variable(name) in given
    }


def _variable(name: str) -> str:
    return f"TRADING_{name.upper()}"
