"""The validator: patterns that code can see, then a second opinion on what the risk manager approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from core.agents import AgentName
from core.context import PipelineContext
from core.keys import CYCLE_MARKET, SIGNAL_RISKS, SIGNAL_VALIDATIONS, TRADE_SIGNALS
from core.rules.cycle_patterns import Pattern, patterns
from core.schemas.cycle import CycleMarket
from core.schemas.cycle_briefs import Proposal, ValidatorAnswer, ValidatorBrief, ValidatorOpinion
from core.schemas.signal import CycleRisk, CycleValidation, SignalRisk, SignalValidation
from core.stage import BaseStage
from core.stages.cycle_agent import AgentTable, check_symbols
from core.stages.cycle_proposals import proposals

SAID_NOTHING = "the validator said nothing of it"
MOST_WARNINGS = 8


class ValidatorStage(BaseStage):
    """A pattern that refuses alone never reaches the model; the others stand before it as warnings."""

    name = AgentName.VALIDATOR.value
    needs = (CYCLE_MARKET, TRADE_SIGNALS, SIGNAL_RISKS)
    gives = (SIGNAL_VALIDATIONS,)

    def __init__(self, table: AgentTable) -> None:
        self._agent = table.agent(AgentName.VALIDATOR)
        self.timeout_s = self._agent.timeout_s

    def depends_on(self) -> JsonValue:
        return self._agent.depends_on()

    def when(self, context: PipelineContext) -> bool:
        return bool(context[SIGNAL_RISKS].approved)

    async def run(self, context: PipelineContext) -> PipelineContext:
        market, risk = context[CYCLE_MARKET], context[SIGNAL_RISKS]
        found = {one.symbol: _patterns(market, one) for one in risk.approved}
        left = [one for one in risk.approved if not any(p.refuses for p in found[one.symbol])]
        shown = proposals(
            market, context[TRADE_SIGNALS], ((one.symbol, one.adjusted_quantity) for one in left)
        )
        answer = await self._asked(market, shown, risk, found) if left else None
        opinions: Mapping[str, ValidatorOpinion] = {}
        if isinstance(answer, ValidatorAnswer):
            opinions = {one.symbol: one for one in answer.opinions}
        validation = CycleValidation(
            model=self._agent.spec.model if left else None,
            silent_because=answer if isinstance(answer, str) else None,
            signals=tuple(
                _validated(one, found[one.symbol], opinions.get(one.symbol))
                for one in risk.approved
            ),
        )
        return context.bind(SIGNAL_VALIDATIONS, validation)

    async def _asked(
        self,
        market: CycleMarket,
        shown: Sequence[Proposal],
        risk: CycleRisk,
        found: Mapping[str, Sequence[Pattern]],
    ) -> ValidatorAnswer | str:
        judged = {one.symbol: one for one in risk.signals}
        brief = ValidatorBrief(
            as_of=market.as_of,
            account=market.account,
            benchmark=market.benchmark,
            proposals=tuple(
                one.model_copy(
                    update={
                        "concerns": judged[one.symbol].concerns,
                        "risk_score": judged[one.symbol].score,
                        "warnings": tuple(p.told for p in found[one.symbol]),
                    }
                )
                for one in shown
            ),
        )
        names = [one.symbol for one in shown]
        return await self._agent.ask(
            brief,
            ValidatorAnswer,
            lambda said: check_symbols((o.symbol for o in said.opinions), names),
        )


def _patterns(market: CycleMarket, one: SignalRisk) -> tuple[Pattern, ...]:
    asset = market.symbol(one.symbol)
    neighbours = asset.neighbours if asset else ()
    return patterns(one, market.account.trades, neighbours, market.as_of)


def _validated(
    one: SignalRisk, found: Sequence[Pattern], opinion: ValidatorOpinion | None
) -> SignalValidation:
    refused = any(pattern.refuses for pattern in found)
    said = () if opinion is None else opinion.warnings
    if opinion is None and not refused:
        said = (SAID_NOTHING,)
    return SignalValidation(
        symbol=one.symbol,
        action=one.action,
        quantity=one.adjusted_quantity,
        approved=opinion is not None and opinion.approved,
        judged=not refused,
        score=opinion.score if opinion else 0.0,
        warnings=(*(pattern.told for pattern in found), *said)[:MOST_WARNINGS],
        patterns=tuple(pattern.name for pattern in found),
    )
