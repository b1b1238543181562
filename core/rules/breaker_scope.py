"""One scope as it is measured: its gauge, its halts, and the shadow that trades on while it is halted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from core.policy import RiskLimits
from core.rules import breaker
from core.rules.breaker import Gauge
from core.rules.ledger import apply_cash, equity
from core.rules.shadow_ledger import Shadow, mark, retarget
from core.schemas.breaker import Cause, Halt, Scope
from core.schemas.risk import Target
from core.types import AccountId, Money

ZERO = Decimal(0)


@dataclass
class Measured:
    """``gauge`` is of the accounts themselves, ``shadow`` of their shadows (None while not halted).

    ``trips`` counts how often each cause has halted the scope, so that each halt has a name. A
    shadow's ledger keeps no closed trades: they are counted as they close.
    """

    scope: Scope
    members: list[AccountId] = field(default_factory=list)
    gauge: Gauge = field(default_factory=Gauge)
    halts: dict[Cause, Halt] = field(default_factory=dict)
    trips: dict[Cause, int] = field(default_factory=dict)
    shadow: Gauge | None = None
    shadows: dict[AccountId, Shadow] = field(default_factory=dict)

    def join(self, account_id: AccountId, cash: Money) -> None:
        self.members.append(account_id)
        self.gauge = self.gauge.with_deposit(cash)

    def moved(self, account_id: AccountId, amount: Money) -> None:
        """Money put in or taken out; a shadow gets and gives what its account does."""
        self.gauge = self.gauge.with_flow(amount)
        before = self.shadows.get(account_id)
        if self.shadow is not None and before is not None:
            self.shadow = self.shadow.with_flow(amount)
            self.shadows[account_id] = replace(before, state=apply_cash(before.state, amount))

    def seen(self, total: Money) -> None:
        self.gauge = self.gauge.seen_at(total)

    def traded(self, pnls: Iterable[Money]) -> None:
        self.gauge = self.gauge.with_trades(pnls)

    def halt(self, halt: Halt, shadows: Mapping[AccountId, Shadow]) -> None:
        """``shadows`` of all members begin with the first cause; wins count from each halt anew."""
        self.halts[halt.cause] = halt
        self.trips[halt.cause] = self.trips.get(halt.cause, 0) + 1
        if self.shadow is None:
            self.shadows = dict(shadows)
            self.shadow = replace(self.gauge, losses=0, wins=0)
        elif halt.cause is Cause.LOSSES:
            self.shadow = replace(self.shadow, losses=0, wins=0)

    def release(self, cause: Cause, peak: Money) -> None:
        """``peak`` is what the accounts' own drawdown counts from, once that was the cause."""
        self.halts.pop(cause, None)
        if cause is Cause.DRAWDOWN:
            self.gauge = replace(self.gauge, peak=peak)
        else:
            self.gauge = replace(self.gauge, losses=0)
        self._end_shadow()

    def reset(self) -> None:
        self.halts.clear()
        self.gauge = self.gauge.afresh()
        self._end_shadow()

    def _end_shadow(self) -> None:
        if not self.halts:
            self.shadow, self.shadows = None, {}

    def target(
        self,
        account_id: AccountId,
        target: tuple[Target, date],
        marks: Mapping[str, Decimal],
        terms: RiskLimits,
    ) -> None:
        """The account's shadow takes up its new week as nobody cut it."""
        shadow = self.shadows.get(account_id)
        if shadow is not None:
            self.shadows[account_id] = retarget(shadow, *target, marks, terms)

    def marked(
        self,
        session: date,
        fresh: Mapping[str, Decimal],
        marks: Mapping[str, Decimal],
        terms: RiskLimits,
    ) -> None:
        """The shadows live through a close; ``fresh`` are this session's prices, ``marks`` all known."""
        if self.shadow is None:
            return
        for account_id, before in self.shadows.items():
            after = mark(before, session, fresh, terms)
            self.shadow = self.shadow.with_trades(trade.pnl for trade in after.state.closed_trades)
            counted = replace(after.state, closed_trades=())
            self.shadows[account_id] = replace(after, state=counted)
        total = sum((equity(one.state, marks) for one in self.shadows.values()), ZERO)
        self.shadow = self.shadow.seen_at(total)

    @property
    def handed_back(self) -> Money:
        return (
            self.gauge.peak if self.shadow is None else breaker.handed_back(self.gauge, self.shadow)
        )
