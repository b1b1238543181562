"""What each account wants this week: its own pitch, the council's decision, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.policy import AccountSpec
from core.schemas.decision import ChairmanDecision
from core.schemas.market import AssetSnapshot
from core.schemas.pitch import Pitch
from core.types import AccountId, Direction, Horizon

LEVELS = ("sma_20", "sma_50", "sma_200", "realised_volatility_20", "atr_14")


@dataclass(frozen=True, slots=True)
class AccountView:
    """A wish before any limit; ``pitch`` is the idea whose rules the position carries."""

    account_id: AccountId
    instrument: str | None
    direction: Direction
    conviction: float
    horizon: Horizon
    pitch: Pitch | None


def account_views(
    accounts: Iterable[AccountSpec], pitches: Sequence[Pitch], decision: ChairmanDecision
) -> list[AccountView]:
    """One view an account, in account order; a PM without a pitch is FLAT."""
    by_seat = {pitch.account_id: pitch for pitch in pitches}
    by_idea = {pitch.idea_id: pitch for pitch in pitches}
    views = []
    for account in accounts:
        pitch = by_seat.get(account.account_id)
        if account.role == "council":
            backing = by_idea.get(decision.backed_by or "")
            views.append(_of_council(account.account_id, decision, backing))
        elif account.role == "pm" and pitch is not None:
            views.append(_of_pitch(account.account_id, pitch))
        else:
            views.append(_flat(account.account_id))
    return views


def frozen_levels(asset: AssetSnapshot) -> dict[str, float]:
    """Wednesday's price, averages (USD), volatility (annualised) and ATR; the unknown are absent."""
    known = {name: asset.indicators.get(name) for name in LEVELS}
    levels = {name: value for name, value in known.items() if value is not None}
    return {"price": float(asset.price), **levels}


def _of_pitch(account_id: AccountId, pitch: Pitch) -> AccountView:
    if pitch.direction is Direction.FLAT:
        return _flat(account_id, pitch)
    return AccountView(
        account_id, pitch.instrument, pitch.direction, pitch.conviction, pitch.horizon, pitch
    )


def _of_council(
    account_id: AccountId, decision: ChairmanDecision, backing: Pitch | None
) -> AccountView:
    trade = decision.selected_trade
    if trade.direction is Direction.FLAT:
        return _flat(account_id)
    return AccountView(
        account_id, trade.instrument, trade.direction, decision.conviction, trade.horizon, backing
    )


def _flat(account_id: AccountId, pitch: Pitch | None = None) -> AccountView:
    return AccountView(account_id, None, Direction.FLAT, 0.0, Horizon.WEEK, pitch)
