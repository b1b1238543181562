"""One signal against each hard limit: what refuses it, and how many shares each cap leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_FLOOR, Decimal

from core.rules.cycle_room import ZERO, Room, cover, sector_of
from core.rules.limits import refused
from core.schemas.cycle import CycleAccount, CycleMarket, CycleSymbol
from core.schemas.risk import LimitHit, LimitOutcome
from core.schemas.signal import TradeSignal
from core.strategy import EquityLimits
from core.types import Shares

WHOLE, FRACTION = Decimal(1), Decimal("0.0001")
SHOWN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many shares by one limit; ``allowed`` says it in the limit's own unit."""

    limit: str
    shares: Shares
    allowed: str

    def hit(self, asked: Shares) -> LimitHit:
        outcome = LimitOutcome.CLAMPED if self.shares else LimitOutcome.REFUSED
        return LimitHit(
            limit=self.limit,
            asked=f"{asked:f} shares",
            allowed=f"{self.shares:f} shares",
            outcome=outcome,
            reason=f"{asked:f} shares wanted, {self.limit} leaves {self.shares:f} ({self.allowed})",
        )


@dataclass(frozen=True, slots=True)
class BuyWish:
    """A BUY of a symbol with a trustworthy price."""

    signal: TradeSignal
    asset: CycleSymbol
    account: CycleAccount
    limits: EquityLimits

    def refusals(self, room: Room) -> Iterator[LimitHit]:
        """Limits that leave nothing of it, whatever its size."""
        if self.account.halts:
            yield refused("breaker", "a new position", "; ".join(map(str, self.account.halts)))
        if self.account.equity <= 0:
            yield refused("positive_equity", f"equity {self.account.equity:f}", "> 0")
        held = self.account.holding(self.asset.symbol)
        if held is not None and held.quantity:
            yield refused("already_held", f"{held.quantity:f} shares held", "a symbol not held")
        if room.positions <= 0:
            yield refused("max_positions", "one more position", f"{self.limits.max_positions}")
        yield from self._liquidity()

    def _liquidity(self) -> Iterator[LimitHit]:
        asset, limits = self.asset, self.limits
        if asset.suspect:
            yield refused(
                "trusted_bars", "; ".join(asset.defects)[:300], "bars without a hidden split"
            )
        if asset.price < limits.min_price:
            yield refused("min_price", f"{asset.price:f} USD", f"{limits.min_price:f} USD")
        if asset.dollar_volume is None:
            yield refused("min_dollar_volume", "unknown", f"{limits.min_dollar_volume:f} USD a day")
        elif asset.dollar_volume < float(limits.min_dollar_volume):
            traded = f"{asset.dollar_volume:.0f} USD a day"
            yield refused("min_dollar_volume", traded, f"{limits.min_dollar_volume:f} USD a day")

    def caps(self, room: Room) -> Iterator[Cap]:
        """What each limit leaves, in shares; rounded down to what may be traded."""
        limits, each = self.limits, cover(self.asset, self.limits)
        volume = Decimal(str(self.asset.average_volume or 0)) * limits.max_volume_pct
        yield Cap(
            "max_volume_pct", self.rounded(volume), f"{limits.max_volume_pct:%} of its volume"
        )
        most = limits.max_position_pct * room.equity
        yield Cap("max_position_pct", self.rounded(most / each), f"{_usd(most)}")
        sector, left = sector_of(self.asset.sector), room.in_sector(self.asset)
        yield Cap("max_sector_pct", self.rounded(left / each), f"{_usd(left)} left in {sector}")
        cash = max(room.cash, ZERO)
        yield Cap("cash", self.rounded(cash / each), f"{_usd(cash)} of cash")

    def rounded(self, shares: Decimal) -> Shares:
        step = FRACTION if self.limits.fractional_longs else WHOLE
        return shares.quantize(step, rounding=ROUND_FLOOR)


def standing_hits(
    signal: TradeSignal, market: CycleMarket, limits: EquityLimits
) -> Iterator[LimitHit]:
    """What refuses a signal on either side: no price, no quantity, too little confidence, an open order."""
    if market.symbol(signal.symbol) is None:
        why = market.absent.get(signal.symbol, "it is not part of this cycle")
        yield refused("known_price", signal.symbol, f"a symbol with a price ({why})")
    if signal.quantity <= 0:
        yield refused("positive_quantity", f"{signal.quantity:f} shares", "> 0")
    if signal.confidence < limits.min_confidence:
        yield refused("min_confidence", f"{signal.confidence:.2f}", f"{limits.min_confidence:.2f}")
    held = market.account.holding(signal.symbol)
    if held is not None and held.under_way:
        yield refused("order_open", f"{held.under_way:f} shares under way", "no order under way")


def held_hits(signal: TradeSignal, market: CycleMarket) -> Iterator[LimitHit]:
    """A SELL of what is not held, or of more than that."""
    held = market.account.holding(signal.symbol)
    have = held.quantity if held else ZERO
    if have <= 0:
        yield refused("not_held", f"sell {signal.quantity:f} {signal.symbol}", "what is held")
    elif signal.quantity > have:
        yield Cap("not_held", have, f"{have:f} held").hit(signal.quantity)


def _usd(amount: Decimal) -> str:
    return f"{amount.quantize(SHOWN, rounding=ROUND_DOWN):f} USD"
