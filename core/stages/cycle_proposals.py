"""A signal on its way through the agents: what the next one is shown of it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from core.rules.cycle_patterns import losses_in_a_row
from core.schemas.cycle import CycleMarket
from core.schemas.cycle_briefs import Proposal
from core.schemas.signal import CycleSignals, TradeSignal


def proposals(
    market: CycleMarket, signals: CycleSignals, quantities: Iterable[tuple[str, Decimal]]
) -> tuple[Proposal, ...]:
    """One proposal a symbol for so many shares, in the order given."""
    by_symbol = {signal.symbol: signal for signal in signals.signals}
    return tuple(_proposal(market, by_symbol[symbol], shares) for symbol, shares in quantities)


def _proposal(market: CycleMarket, signal: TradeSignal, quantity: Decimal) -> Proposal:
    asset, account = market.symbol(signal.symbol), market.account
    assert asset is not None  # the limits refuse a symbol without a price
    own = [trade for trade in account.trades if trade.symbol == signal.symbol]
    return Proposal(
        symbol=signal.symbol,
        action=signal.action,
        confidence=signal.confidence,
        quantity=quantity,
        price=asset.price,
        share_of_equity=_share(quantity * asset.price, account.equity),
        reasons=signal.reasons,
        asset=asset,
        losses_in_a_row=losses_in_a_row(own, market.as_of),
        memory=market.memory,
    )


def _share(value: Decimal, equity: Decimal) -> float:
    """A fraction of equity; 0 for an account that has none, which may still sell."""
    return round(float(value / equity), 6) if equity > 0 else 0.0
