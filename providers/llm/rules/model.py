"""The LanguageModel port without a language model: the brief's type says what is asked."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from core.agents import AgentName
from core.errors import ModelUnavailable
from core.policy import CheckpointPolicy
from core.rules.checkpoints import decide_by_rules
from core.schemas.briefs import ChairmanBrief, CheckpointBrief, PitchBrief, ReviewBrief
from core.schemas.cycle_briefs import AnalystBrief, MetaBrief, RiskBrief, ValidatorBrief
from core.schemas.discovery import DiscoveryBrief
from core.schemas.model_call import ModelAnswer, ModelRequest
from providers.llm.rules.carry import carry
from providers.llm.rules.chairman import decide
from providers.llm.rules.cycle_analyst import analyse
from providers.llm.rules.cycle_judges import decide_last, manage_risk, validate
from providers.llm.rules.discovery import discover
from providers.llm.rules.free_question import answer_freely
from providers.llm.rules.idea import Strategy
from providers.llm.rules.mean_reversion import mean_reversion
from providers.llm.rules.reviewing import review
from providers.llm.rules.risk_parity import risk_parity
from providers.llm.rules.trend import trend

STRATEGIES: Mapping[str, Strategy] = {
    "rules/trend": trend,
    "rules/mean-reversion": mean_reversion,
    "rules/risk-parity": risk_parity,
    "rules/carry": carry,
}
CHAIRMAN = "rules/chairman"
DISCOVERY = "rules/discovery"
AGENTS: Mapping[str, AgentName] = {f"rules/{name.replace('_', '-')}": name for name in AgentName}
"""The four agents of a trading cycle."""


class RulesModel:
    """Honest deterministic strategies behind the same port: they read the brief, never the prompt.

    They cost nothing and need no network. ModelUnavailable for an unknown name or a task that the
    named one does not do. ``checkpoints`` are the desk's rules for a seat asked at a checkpoint.
    """

    def __init__(self, checkpoints: CheckpointPolicy | None = None) -> None:
        self._checkpoints = checkpoints or CheckpointPolicy()

    async def complete(self, request: ModelRequest) -> ModelAnswer:
        return ModelAnswer(text=self._answer(request), served_model=request.model)

    def _answer(self, request: ModelRequest) -> str:
        everybody = (*STRATEGIES, CHAIRMAN, DISCOVERY, *AGENTS)
        if request.model not in everybody:
            known = ", ".join(everybody)
            raise ModelUnavailable(f"there are no rules called {request.model}: use {known}")
        brief = request.brief
        if brief is None:
            return answer_freely(request)
        return self._decide(request.model, brief).model_dump_json()

    def _decide(self, name: str, brief: BaseModel) -> BaseModel:
        if name in AGENTS:
            return _as_agent(name, brief)
        match brief:
            case PitchBrief() if name in STRATEGIES:
                return STRATEGIES[name](brief)
            case ReviewBrief() if name in STRATEGIES:
                return review(name, brief)
            case ChairmanBrief() if name == CHAIRMAN:
                return decide(brief)
            case DiscoveryBrief() if name == DISCOVERY:
                return discover(brief)
            case CheckpointBrief():
                return decide_by_rules(brief, self._checkpoints)
        raise _not_its_task(name, brief)


def _as_agent(name: str, brief: BaseModel) -> BaseModel:
    match AGENTS[name], brief:
        case AgentName.DATA_ANALYST, AnalystBrief():
            return analyse(brief)
        case AgentName.RISK_MANAGER, RiskBrief():
            return manage_risk(brief)
        case AgentName.VALIDATOR, ValidatorBrief():
            return validate(brief)
        case AgentName.META_DECISION, MetaBrief():
            return decide_last(brief)
    raise _not_its_task(name, brief)


def _not_its_task(name: str, brief: BaseModel) -> ModelUnavailable:
    return ModelUnavailable(f"{name} does not know what to do with a {type(brief).__name__}")
