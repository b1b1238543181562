"""Risk: each account's wish made into a target that every hard limit allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from pydantic import JsonValue

from core.context import PipelineContext
from core.errors import NoBars
from core.keys import (
    CHAIRMAN_DECISION,
    EXECUTION_CONSTRAINTS,
    MARKET_SNAPSHOT,
    PM_PITCHES,
    RISK_ASSESSMENT,
)
from core.policy import DeskPolicy
from core.ports import Accounts
from core.rules.limits import ZERO, Limits, Wish, apply_limits, clamp_to_held
from core.rules.sizing import quantity, target_weight
from core.rules.views import AccountView, account_views, frozen_levels
from core.schemas.breaker import Halt
from core.schemas.market import MarketSnapshot
from core.schemas.risk import AccountRisk, ExecutionConstraints, LimitHit, RiskAssessment, Target
from core.stage import BaseStage
from core.types import AccountId

SHOWN = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Sized:
    """A view with what it may weigh and hold: ``shares`` signed, ``price`` None when unknown (USD).

    ``unhalted`` is the weight without a halt; None when no halt changed it.
    """

    view: AccountView
    asked: Decimal
    weight: Decimal
    hits: tuple[LimitHit, ...]
    equity: Decimal
    price: Decimal | None = None
    shares: Decimal = ZERO
    unhalted: Decimal | None = None
    halts: tuple[Halt, ...] = ()


class RiskStage(BaseStage):
    """PM accounts trade their own pitch, the council its decision, FLAT nothing.

    A halted account's target is cut to what it holds, after every other limit. Equity is taken at the
    snapshot's prices. NoBars when an account holds what the snapshot has no
    price for: its equity would be a guess, and so would every size made of it.
    """

    name = "risk"
    needs = (MARKET_SNAPSHOT, PM_PITCHES, CHAIRMAN_DECISION)
    gives = (RISK_ASSESSMENT, EXECUTION_CONSTRAINTS)

    def __init__(self, accounts: Accounts, policy: DeskPolicy) -> None:
        self._accounts = accounts
        self._specs = policy.accounts
        self._risk = policy.risk
        self._limits = Limits(policy.risk.max_position_pct, policy.risk.max_gross_pct)

    def depends_on(self) -> JsonValue:
        return {
            "limits": self._risk.model_dump(
                mode="json",
                include={
                    "max_position_pct",
                    "max_gross_pct",
                    "min_conviction",
                    "fractional_longs",
                },
            ),
            "accounts": {spec.account_id: spec.role for spec in self._specs},
        }

    async def run(self, context: PipelineContext) -> PipelineContext:
        snapshot = context[MARKET_SNAPSHOT]
        pitches, decision = context[PM_PITCHES], context[CHAIRMAN_DECISION]
        views = account_views(self._specs, pitches, decision)
        sized = [self._size(view, snapshot) for view in views]
        constraints = ExecutionConstraints(
            targets=tuple(self._target(one, snapshot) for one in sized),
            max_position_pct=self._risk.max_position_pct,
            max_gross_pct=self._risk.max_gross_pct,
            min_conviction=self._risk.min_conviction,
        )
        return context.bind(RISK_ASSESSMENT, _assessment(sized)).bind(
            EXECUTION_CONSTRAINTS, constraints
        )

    def _size(self, view: AccountView, snapshot: MarketSnapshot) -> Sized:
        equity = self._equity(view.account_id, snapshot)
        asked = target_weight(
            view.conviction,
            view.direction,
            self._risk.max_position_pct,
            self._risk.min_conviction,
        )
        asset = snapshot.asset(view.instrument) if view.instrument else None
        wish = Wish(
            instrument=view.instrument,
            weight=asked,
            price=asset.price if asset else None,
            shortable=asset is not None and asset.shortable,
            equity=equity,
        )
        weight, hits = apply_limits(wish, self._limits)
        return self._halted(Sized(view, asked, weight, hits, equity, wish.price))

    def _halted(self, sized: Sized) -> Sized:
        """With its shares, no more of them than its halts allow."""
        symbol, price, equity = sized.view.instrument, sized.price, sized.equity
        halts = self._accounts.halts(sized.view.account_id)
        if symbol is None or price is None:
            return replace(sized, halts=halts)
        fractional = self._risk.fractional_longs
        wanted = quantity(sized.weight, equity, price, fractional_longs=fractional)
        held = self._accounts.positions(sized.view.account_id).get(symbol, ZERO)
        shares, hit = clamp_to_held(wanted, held, halts)
        if hit is None:
            return replace(sized, shares=shares, halts=halts)
        weight = (sized.weight * shares / wanted).quantize(SHOWN)
        hits = (*sized.hits, hit)
        return replace(
            sized, weight=weight, hits=hits, shares=shares, unhalted=sized.weight, halts=halts
        )

    def _equity(self, account_id: AccountId, snapshot: MarketSnapshot) -> Decimal:
        marks = {asset.symbol: asset.price for asset in snapshot.assets}
        try:
            return self._accounts.equity(account_id, marks)
        except NoBars as error:
            absent = "; ".join(f"{name}: {why}" for name, why in snapshot.absent.items())
            raise NoBars(
                f"{account_id} cannot be valued ({error}); absent from the snapshot: "
                f"{absent or 'none'}. Add the bars and `rerun --from market_snapshot`"
            ) from error

    def _target(self, sized: Sized, snapshot: MarketSnapshot) -> Target:
        view = sized.view
        asset = snapshot.asset(view.instrument) if view.instrument else None
        return Target(
            account_id=view.account_id,
            instrument=view.instrument,
            direction=view.direction,
            conviction=view.conviction,
            horizon=view.horizon,
            weight=sized.weight,
            quantity=sized.shares,
            equity=sized.equity,
            reference_price=asset.price if asset else None,
            invalidation=view.pitch.invalidation if view.pitch else "",
            invalidation_rules=view.pitch.invalidation_rules if view.pitch else (),
            indicators=view.pitch.indicators if view.pitch else (),
            frozen_levels=frozen_levels(asset) if asset else {},
            idea_id=view.pitch.idea_id if view.pitch else None,
            unhalted_weight=sized.unhalted,
        )


def _assessment(sized: Iterable[Sized]) -> RiskAssessment:
    return RiskAssessment(
        accounts=tuple(
            AccountRisk(
                account_id=one.view.account_id,
                instrument=one.view.instrument,
                direction=one.view.direction,
                conviction=one.view.conviction,
                asked_weight=one.asked,
                weight=one.weight,
                hits=one.hits,
                halts=one.halts,
            )
            for one in sized
        )
    )
