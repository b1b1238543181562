"""What an account would trade and what that would cost, before anything of it is booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.errors import NoBars
from core.rules.account_book import AccountBook
from core.rules.costs import commission, slipped
from core.rules.orders import Plan, plan_orders, wanted_positions
from core.schemas.approval import Proposal, ProposedOrder
from core.schemas.order import OrderIntent
from core.schemas.risk import LimitHit, Target
from core.types import Side

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """Estimated costs in basis points of the traded value, and the most one position may weigh."""

    slippage_bps: Decimal
    commission_bps: Decimal
    max_position_pct: Decimal


@dataclass(frozen=True, slots=True)
class Means:
    """Cash (USD) and signed shares of an account once its orders under way have filled."""

    cash: Decimal
    positions: Mapping[str, Decimal]


def means_of(book: AccountBook, prices: Mapping[str, Decimal], terms: Terms) -> Means:
    """What the account will have when every open order has filled at ``prices`` (USD a share)."""
    cash = book.ledger.cash
    for order in book.open_orders.values():
        reference = prices.get(order.intent.symbol, order.intent.reference_price)
        rest = order.intent.model_copy(
            update={"quantity": abs(order.remaining), "reference_price": reference}
        )
        cash += cash_change(_priced(rest, terms))
    return Means(cash, book.expected_positions())


def propose(
    plan: Plan, target: Target, means: Means, terms: Terms, hits: Sequence[LimitHit] = ()
) -> Proposal:
    """The account's orders from what it has to ``target``; NoBars for shares without a price."""
    wanted = wanted_positions(target)
    for symbol in {*means.positions, *wanted} - set(plan.prices):
        raise NoBars(f"{plan.account_id} holds or wants {symbol}, which has no price this week")
    intents = plan_orders(plan, means.positions, wanted)
    orders = tuple(_priced(intent, terms) for intent in intents)
    held = {symbol: shares for symbol, shares in sorted(means.positions.items()) if shares}
    price = target.reference_price or ZERO
    return Proposal(
        account_id=target.account_id,
        instrument=target.instrument,
        direction=target.direction,
        conviction=target.conviction,
        horizon=target.horizon,
        held=held,
        quantity=target.quantity,
        reference_price=target.reference_price,
        weight=target.weight,
        equity=target.equity,
        orders=orders,
        notional=sum((order.notional for order in orders), ZERO),
        position=abs(target.quantity) * price,
        max_position=target.equity * terms.max_position_pct,
        costs=sum((order.costs for order in orders), ZERO),
        cash_before=means.cash,
        cash_after=means.cash + sum(map(cash_change, orders), ZERO),
        hits=tuple(hits),
    )


def cash_change(order: ProposedOrder) -> Decimal:
    """What the order does to cash, USD: its value and its costs out, or in less its costs."""
    return -order.side.sign * order.notional - order.costs


def _priced(intent: OrderIntent, terms: Terms) -> ProposedOrder:
    side: Side = intent.side
    price = slipped(intent.reference_price, side, terms.slippage_bps)
    slippage = side.sign * (price - intent.reference_price) * intent.quantity
    return ProposedOrder(
        symbol=intent.symbol,
        side=side,
        quantity=intent.quantity,
        reference_price=intent.reference_price,
        price=price,
        notional=intent.quantity * intent.reference_price,
        costs=slippage + commission(intent.quantity, price, terms.commission_bps),
    )
