"""Who works in a trading cycle: one model an agent, each with its own settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import Field

from core.canonical import fingerprint
from core.profile import ModelSettings, ModelSpec
from core.schemas.base import Schema

Usd: TypeAlias = Annotated[Decimal, Field(ge=0, le=100_000)]


class AgentName(StrEnum):
    """The four agents in the order they speak; each is also the name of its stage and its prompt."""

    DATA_ANALYST = "data_analyst"
    RISK_MANAGER = "risk_manager"
    VALIDATOR = "validator"
    META_DECISION = "meta_decision"


class AgentCast(Schema):
    """The models of a cycle, and of discovery's model picker.

    ``week_usd`` is what a strategy's calls may cost a week; its own budget beside the council's.
    """

    data_analyst: ModelSpec
    risk_manager: ModelSpec
    validator: ModelSpec
    meta_decision: ModelSpec
    discovery: ModelSpec
    settings: Mapping[str, ModelSettings] = Field(default_factory=dict)
    week_usd: Usd = Decimal(10)

    def of(self, agent: AgentName) -> ModelSpec:
        """The agent's model."""
        return self.spec_of(agent.value)

    def spec_of(self, who: str) -> ModelSpec:
        """The model of an agent or of ``discovery``."""
        spec: ModelSpec = getattr(self, who)
        return spec

    def settings_for(self, who: str) -> ModelSettings:
        """The settings of an agent or of ``discovery``; the defaults where none are given."""
        return self.settings.get(who, ModelSettings())

    @property
    def models(self) -> tuple[ModelSpec, ...]:
        """Everyone who may be asked, deputies included."""
        asked: Iterable[ModelSpec] = (*(self.of(agent) for agent in AgentName), self.discovery)
        return tuple(each for spec in asked for each in spec.lineage)

    def fingerprint(self) -> str:
        """SHA-256 (hex) over all of it; no part of the council's own fingerprint."""
        return fingerprint(self)


def rules_cast() -> AgentCast:
    """Deterministic agents: no key, no network, the control group of any model."""
    spec = {
        name: ModelSpec(
            name=f"rules/{name.replace('_', '-')}", model=f"rules/{name.replace('_', '-')}"
        )
        for name in (*(agent.value for agent in AgentName), "discovery")
    }
    return AgentCast.model_validate(spec)
