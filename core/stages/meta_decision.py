"""The meta decision: EXECUTE or DO_NOT_EXECUTE over all that was said, with a choice for each symbol."""

from __future__ import annotations

from pydantic import JsonValue

from core.agents import AgentName
from core.context import PipelineContext
from core.keys import (
    CYCLE,
    CYCLE_MARKET,
    META_DECISION,
    SIGNAL_RISKS,
    SIGNAL_VALIDATIONS,
    TRADE_SIGNALS,
)
from core.schemas.cycle_briefs import MetaAnswer, MetaBrief, Proposal
from core.schemas.signal import (
    CycleRisk,
    CycleValidation,
    MetaChoice,
    MetaDecision,
    MetaVerdict,
)
from core.stage import BaseStage
from core.stages.cycle_agent import AgentTable, check_symbols
from core.stages.cycle_proposals import proposals


class MetaDecisionStage(BaseStage):
    """Sees what the validator approved, with every word on it; without a usable answer nothing trades."""

    name = AgentName.META_DECISION.value
    needs = (CYCLE, CYCLE_MARKET, TRADE_SIGNALS, SIGNAL_RISKS, SIGNAL_VALIDATIONS)
    gives = (META_DECISION,)

    def __init__(self, table: AgentTable) -> None:
        self._agent = table.agent(AgentName.META_DECISION)
        self.timeout_s = self._agent.timeout_s

    def depends_on(self) -> JsonValue:
        return self._agent.depends_on()

    def when(self, context: PipelineContext) -> bool:
        return bool(context[SIGNAL_VALIDATIONS].approved)

    async def run(self, context: PipelineContext) -> PipelineContext:
        market = context[CYCLE_MARKET]
        brief = MetaBrief(
            as_of=market.as_of,
            trigger=context[CYCLE].trigger,
            account=market.account,
            benchmark=market.benchmark,
            proposals=_told(context),
        )
        names = [one.symbol for one in brief.proposals]
        answer = await self._agent.ask(
            brief,
            MetaAnswer,
            lambda said: check_symbols((one.symbol for one in said.choices), names),
        )
        model = self._agent.spec.model
        if isinstance(answer, str):
            return context.bind(META_DECISION, _silent(model, answer))
        decision = MetaDecision(
            model=model,
            verdict=answer.verdict,
            choices=tuple(MetaChoice(**one.model_dump()) for one in answer.choices),
            synthesis=answer.synthesis,
            score=answer.score,
        )
        return context.bind(META_DECISION, decision)


def _silent(model: str, why: str) -> MetaDecision:
    return MetaDecision(
        model=model,
        silent_because=why,
        verdict=MetaVerdict.DO_NOT_EXECUTE,
        synthesis="Nobody gave a usable last word: nothing is traded.",
    )


def _told(context: PipelineContext) -> tuple[Proposal, ...]:
    """Each validated signal with what the three agents before said of it."""
    risk: CycleRisk = context[SIGNAL_RISKS]
    validation: CycleValidation = context[SIGNAL_VALIDATIONS]
    judged = {one.symbol: one for one in risk.signals}
    checked = {one.symbol: one for one in validation.approved}
    shown = proposals(
        context[CYCLE_MARKET],
        context[TRADE_SIGNALS],
        ((one.symbol, one.quantity) for one in validation.approved),
    )
    return tuple(
        one.model_copy(
            update={
                "concerns": judged[one.symbol].concerns,
                "risk_score": judged[one.symbol].score,
                "warnings": checked[one.symbol].warnings,
                "validator_score": checked[one.symbol].score,
            }
        )
        for one in shown
    )
