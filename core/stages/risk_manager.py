"""The risk manager: hard limits in code first, then a model's soft view of what they left."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from core.agents import AgentName
from core.context import PipelineContext
from core.keys import CYCLE_MARKET, SIGNAL_RISKS, TRADE_SIGNALS
from core.rules.cycle_limits import Allowed, allowed
from core.rules.cycle_room import ZERO
from core.schemas.cycle import CycleMarket
from core.schemas.cycle_briefs import RiskAnswer, RiskBrief, RiskOpinion
from core.schemas.signal import CycleRisk, CycleSignals, SignalRisk
from core.stage import BaseStage
from core.stages.cycle_agent import AgentTable, check_symbols
from core.stages.cycle_proposals import proposals
from core.stages.data_analyst import shares
from core.strategy import EquityLimits

SAID_NOTHING = "the risk manager said nothing of it"


class RiskManagerStage(BaseStage):
    """What breaks a limit never reaches the model, and what it says can only make an order smaller.

    Nobody is asked where the limits leave nothing; without a usable answer nothing is approved.
    """

    name = AgentName.RISK_MANAGER.value
    needs = (CYCLE_MARKET, TRADE_SIGNALS)
    gives = (SIGNAL_RISKS,)

    def __init__(self, table: AgentTable, limits: EquityLimits) -> None:
        self._agent = table.agent(AgentName.RISK_MANAGER)
        self._limits = limits
        self.timeout_s = self._agent.timeout_s

    def depends_on(self) -> JsonValue:
        return {**self._agent.depends_on(), "limits": self._limits.model_dump(mode="json")}

    def when(self, context: PipelineContext) -> bool:
        return bool(context[TRADE_SIGNALS].trading)

    async def run(self, context: PipelineContext) -> PipelineContext:
        market, signals = context[CYCLE_MARKET], context[TRADE_SIGNALS]
        limited = allowed(market, signals.trading, self._limits)
        if not any(one.quantity for one in limited):
            risk = CycleRisk(signals=tuple(self._assessed(one, {}) for one in limited))
        else:
            risk = await self._judged(market, signals, limited)
        return context.bind(SIGNAL_RISKS, risk)

    async def _judged(
        self, market: CycleMarket, signals: CycleSignals, limited: tuple[Allowed, ...]
    ) -> CycleRisk:
        left = [(one.signal.symbol, one.quantity) for one in limited if one.quantity]
        brief = RiskBrief(
            as_of=market.as_of,
            account=market.account,
            benchmark=market.benchmark,
            proposals=proposals(market, signals, left),
        )
        answer = await self._agent.ask(
            brief,
            RiskAnswer,
            lambda said: check_symbols((o.symbol for o in said.opinions), (s for s, _ in left)),
        )
        silent = answer if isinstance(answer, str) else None
        opinions = {} if isinstance(answer, str) else {o.symbol: o for o in answer.opinions}
        return CycleRisk(
            model=self._agent.spec.model,
            silent_because=silent,
            signals=tuple(self._assessed(one, opinions) for one in limited),
        )

    def _assessed(self, one: Allowed, opinions: Mapping[str, RiskOpinion]) -> SignalRisk:
        signal, opinion = one.signal, opinions.get(one.signal.symbol)
        quantity, concerns = ZERO, () if opinion is None else opinion.concerns
        if opinion is None and one.quantity:
            concerns = (SAID_NOTHING,)
        elif opinion is not None and opinion.approved:
            quantity = min(shares(opinion.quantity, self._limits), one.quantity)
        return SignalRisk(
            symbol=signal.symbol,
            action=signal.action,
            asked=signal.quantity,
            allowed=one.quantity,
            adjusted_quantity=quantity,
            approved=quantity > 0,
            judged=one.quantity > 0,
            score=opinion.score if opinion else 0.0,
            concerns=concerns,
            hits=one.hits,
        )
