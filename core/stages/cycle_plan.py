"""The cycle's plan: one intent a chosen signal, checked against every hard limit once more."""

from __future__ import annotations

from pydantic import JsonValue

from core.context import PipelineContext
from core.keys import (
    CYCLE,
    CYCLE_MARKET,
    META_DECISION,
    ORDER_INTENTS,
    RUN,
    SIGNAL_VALIDATIONS,
    TRADE_SIGNALS,
)
from core.rules.cycle_limits import Allowed, allowed
from core.schemas.cycle import CycleMarket, CycleSpec
from core.schemas.order import OrderIntent, Purpose, client_order_id
from core.schemas.run import RunSpec
from core.schemas.signal import SignalAction, TradeSignal
from core.stage import BaseStage
from core.strategy import EquityLimits
from core.types import Side

PURPOSES = {SignalAction.SELL: Purpose.CYCLE_SELL, SignalAction.BUY: Purpose.CYCLE_BUY}


class CyclePlanStage(BaseStage):
    """Plans, and sends nothing; an order that the limits would still change is left out or cut."""

    name = "cycle_plan"
    needs = (RUN, CYCLE, CYCLE_MARKET, TRADE_SIGNALS, SIGNAL_VALIDATIONS, META_DECISION)
    gives = (ORDER_INTENTS,)

    def __init__(self, limits: EquityLimits) -> None:
        self._limits = limits

    def depends_on(self) -> JsonValue:
        return {"limits": self._limits.model_dump(mode="json")}

    def when(self, context: PipelineContext) -> bool:
        return bool(_chosen(context))

    async def run(self, context: PipelineContext) -> PipelineContext:
        market = context[CYCLE_MARKET]
        left = [one for one in allowed(market, _chosen(context), self._limits) if one.quantity]
        intents = tuple(
            _intent(context[RUN], context[CYCLE], market, one, number)
            for number, one in enumerate(left)
        )
        return context.bind(ORDER_INTENTS, intents)


def _chosen(context: PipelineContext) -> list[TradeSignal]:
    """The signals to trade, each with the quantity the risk manager left of it."""
    chosen = set(context[META_DECISION].chosen)
    approved = {one.symbol: one.quantity for one in context[SIGNAL_VALIDATIONS].approved}
    return [
        signal.model_copy(update={"quantity": approved[signal.symbol]})
        for signal in context[TRADE_SIGNALS].signals
        if signal.symbol in chosen and signal.symbol in approved
    ]


def _intent(
    run: RunSpec, spec: CycleSpec, market: CycleMarket, one: Allowed, number: int
) -> OrderIntent:
    signal = one.signal
    purpose = PURPOSES[signal.action]
    asset = market.symbol(signal.symbol)
    assert asset is not None  # the limits refuse a symbol without a price
    return OrderIntent(
        client_order_id=client_order_id(spec.account_id, run.week_id, run.run_id, purpose, number),
        account_id=spec.account_id,
        week_id=run.week_id,
        run_id=run.run_id,
        symbol=signal.symbol,
        side=Side.SELL if signal.action is SignalAction.SELL else Side.BUY,
        quantity=one.quantity,
        purpose=purpose,
        sequence=number,
        reference_price=asset.price,
        decided_at=run.as_of,
    )
