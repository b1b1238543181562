"""The data analyst: what the frozen market says of each symbol, as signals."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from pydantic import JsonValue

from core.agents import AgentName
from core.context import PipelineContext
from core.keys import CYCLE, CYCLE_MARKET, TRADE_SIGNALS
from core.rules.cycle_wish import FRACTION, WHOLE
from core.schemas.cycle_briefs import AnalystAnswer, AnalystBrief, SignalAnswer
from core.schemas.signal import CycleSignals, TradeSignal
from core.stage import BaseStage
from core.stages.cycle_agent import AgentTable, check_symbols
from core.strategy import EquityLimits


class DataAnalystStage(BaseStage):
    """Asked once for all symbols; nobody is asked where no symbol has a price.

    Without a usable answer there is no signal, and the cycle says why.
    """

    name = AgentName.DATA_ANALYST.value
    needs = (CYCLE, CYCLE_MARKET)
    gives = (TRADE_SIGNALS,)

    def __init__(self, table: AgentTable, limits: EquityLimits) -> None:
        self._agent = table.agent(AgentName.DATA_ANALYST)
        self._limits = limits
        self.timeout_s = self._agent.timeout_s

    def depends_on(self) -> JsonValue:
        return {**self._agent.depends_on(), "limits": self._limits.model_dump(mode="json")}

    def when(self, context: PipelineContext) -> bool:
        return bool(context[CYCLE_MARKET].symbols)

    async def run(self, context: PipelineContext) -> PipelineContext:
        market = context[CYCLE_MARKET]
        candidates = tuple(asset.symbol for asset in market.symbols)
        brief = AnalystBrief(
            trigger=context[CYCLE].trigger,
            market=market,
            candidates=candidates,
            limits=self._limits,
        )
        answer = await self._agent.ask(
            brief,
            AnalystAnswer,
            lambda said: check_symbols((one.symbol for one in said.signals), candidates),
        )
        model = self._agent.spec.model
        if isinstance(answer, str):
            signals = CycleSignals(model=model, silent_because=answer)
        else:
            spoken = tuple(self._signal(one) for one in answer.signals)
            signals = CycleSignals(model=model, signals=spoken)
        return context.bind(TRADE_SIGNALS, signals)

    def _signal(self, said: SignalAnswer) -> TradeSignal:
        return TradeSignal(
            symbol=said.symbol,
            action=said.action,
            confidence=said.confidence,
            quantity=shares(said.quantity, self._limits),
            reasons=said.reasons,
        )


def shares(quantity: float, limits: EquityLimits) -> Decimal:
    """What may be traded of it: rounded down to whole shares, or to four places."""
    step = FRACTION if limits.fractional_longs else WHOLE
    return Decimal(str(quantity)).quantize(step, rounding=ROUND_FLOOR)
