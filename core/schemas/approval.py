"""What a week would trade, account by account, and the word of people on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.schemas.base import Schema, Symbol
from core.schemas.risk import LimitHit
from core.types import AccountId, Direction, Horizon, Side


class ProposedOrder(Schema):
    """One order: ``price`` is the reference price after slippage, USD a share.

    ``notional`` is quantity × reference price, ``costs`` slippage and commission, both in USD.
    """

    symbol: Symbol
    side: Side
    quantity: Decimal
    reference_price: Decimal
    price: Decimal
    notional: Decimal
    costs: Decimal


class Proposal(Schema):
    """What one account would trade, from what it holds to its target, at the snapshot's prices.

    ``held`` are signed shares and ``cash_before`` USD once orders under way have filled, ``quantity``
    the signed shares wanted of ``instrument``; ``weight`` is a signed fraction of ``equity`` (USD).
    ``notional`` (USD) is what all orders trade together, ``position`` (USD, at most ``max_position``)
    what the target is worth. ``cash_after`` counts the estimated ``costs`` of every order.
    """

    account_id: AccountId
    instrument: str | None
    direction: Direction
    conviction: float
    horizon: Horizon
    held: Mapping[str, Decimal]
    quantity: Decimal
    reference_price: Decimal | None
    weight: Decimal
    equity: Decimal
    orders: tuple[ProposedOrder, ...]
    notional: Decimal
    position: Decimal
    max_position: Decimal
    costs: Decimal
    cash_before: Decimal
    cash_after: Decimal
    hits: tuple[LimitHit, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Nothing held and nothing wanted: whatever happens meanwhile, there is nothing to approve.

        An account that keeps its position is not idle: it would hold it for another week.
        """
        return not (self.orders or self.quantity or any(self.held.values()))


class How(StrEnum):
    """Who decided: a person, the time that ran out, or nobody because there was nothing to decide."""

    PERSON = "person"
    EXPIRED = "expired"
    AUTO = "auto"


class Decision(Schema):
    account_id: AccountId
    approved: bool
    reason: str
    by: str
    how: How


class OrderApprovals(Schema):
    """Every account's decision; ``decided_at`` is the instant of the last one."""

    decisions: tuple[Decision, ...]
    decided_at: datetime

    @property
    def approved(self) -> frozenset[AccountId]:
        return frozenset(one.account_id for one in self.decisions if one.approved)
