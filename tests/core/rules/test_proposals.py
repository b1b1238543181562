"""What a proposal says of cash and shares is what the ledger says once its orders have filled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NoBars
from core.rules.account_book import AccountBook, OpenOrder
from core.rules.costs import commission, slipped
from core.rules.ledger import AccountState, apply_fill
from core.rules.orders import Plan, plan_orders, wanted_positions
from core.rules.proposals import Means, Terms, means_of, propose
from core.schemas.order import BrokerFill, OrderIntent, OrderStatus, Purpose
from core.schemas.risk import Target
from core.types import AccountId, Direction, Horizon, RunId, Side, WeekId

SYMBOLS = ("GLD", "SPY", "TLT")
NOW = datetime(2024, 3, 6, 13, tzinfo=UTC)
D = Decimal
FLAT, HUNDRED, HALF = D(0), D(100), D("0.5")
FREE = Terms(D(0), D(0), D(1))
PRICES = st.fixed_dictionaries({symbol: st.decimals("0.5", "900", places=4) for symbol in SYMBOLS})
SHARES = st.dictionaries(
    st.sampled_from(SYMBOLS), st.integers(-500, 500).filter(bool).map(D), max_size=3
)
TERMS = st.builds(
    Terms, st.sampled_from(list(map(D, (0, 2, 75)))), st.sampled_from([D(0), D(1)]), st.just(D(1))
)


def plan(prices):
    return Plan(AccountId("acct_1"), WeekId("2024-03-06"), RunId("run-1"), NOW, prices)


def target(symbol="SPY", quantity=FLAT, price=HUNDRED, weight=HALF):
    side = Direction.LONG if quantity > 0 else Direction.SHORT if quantity < 0 else Direction.FLAT
    return Target(
        account_id=AccountId("acct_1"),
        instrument=symbol,
        direction=side,
        conviction=1.0,
        horizon=Horizon.WEEK,
        weight=weight,
        quantity=quantity,
        equity=D(100_000),
        reference_price=price,
    )


def fill(intent: OrderIntent, terms: Terms) -> BrokerFill:
    """As the simulated broker fills it when the market stands at the reference price."""
    price = slipped(intent.reference_price, intent.side, terms.slippage_bps)
    return BrokerFill(
        fill_id=intent.client_order_id,
        client_order_id=intent.client_order_id,
        account_id=intent.account_id,
        symbol=intent.symbol,
        side=intent.side,
        quantity=intent.quantity,
        price=price,
        commission=commission(intent.quantity, price, terms.commission_bps),
        filled_at=NOW,
        session=NOW.date(),
        price_kind="open",
        source="test",
    )


@given(held=SHARES, prices=PRICES, terms=TERMS, symbol=st.sampled_from(SYMBOLS), data=st.data())
def test_cash_after_is_the_ledgers_when_the_orders_fill_at_the_reference(
    held, prices, terms, symbol, data
):
    wanted = target(symbol, data.draw(st.integers(-500, 500).map(D)), prices[symbol])
    cash = D(100_000)
    asked = propose(plan(prices), wanted, Means(cash, held), terms)
    ledger = AccountState(AccountId("acct_1"), cash)
    for intent in plan_orders(plan(prices), held, wanted_positions(wanted)):
        ledger = apply_fill(ledger, fill(intent, terms))
    assert asked.cash_before == cash
    assert asked.cash_after == ledger.cash
    total = sum((order.notional for order in asked.orders), D(0))
    assert asked.notional == total
    signed = sum((o.side.sign * o.notional for o in asked.orders), D(0))
    assert asked.cash_before - asked.cash_after == signed + asked.costs
    assert asked.costs >= 0
    after = dict(held)
    for order in asked.orders:
        after[order.symbol] = after.get(order.symbol, D(0)) + order.side.sign * order.quantity
    assert {name: left for name, left in after.items() if left} == wanted_positions(wanted)


@given(prices=PRICES, terms=TERMS, quantity=st.integers(1, 400).map(D), side=st.sampled_from(Side))
def test_an_order_under_way_counts_as_filled(prices, terms, quantity, side):
    intent = OrderIntent(
        client_order_id="o-1",
        account_id=AccountId("acct_1"),
        week_id=WeekId("2024-02-28"),
        run_id=RunId("run-0"),
        symbol="SPY",
        side=side,
        quantity=quantity,
        purpose=Purpose.CHECKPOINT_OPEN,
        sequence=0,
        reference_price=D(1),
        decided_at=NOW,
    )
    order = OpenOrder(intent, OrderStatus.ACCEPTED)
    ledger = AccountState(AccountId("acct_1"), D(50_000))
    book = AccountBook(AccountId("acct_1"), "a", "s", "m", ledger, {"o-1": order})
    means = means_of(book, prices, terms)
    priced = intent.model_copy(update={"reference_price": prices["SPY"]})
    assert means.cash == apply_fill(ledger, fill(priced, terms)).cash
    assert means.positions == {"SPY": side.sign * quantity}
    part = replace(order, filled=quantity)
    done = replace(book, open_orders={"o-1": part})
    assert means_of(done, prices, terms) == Means(D(50_000), {})


def test_a_proposal_says_its_limits_in_dollars():
    wanted = target(quantity=D(400), price=D(100), weight=D("0.4"))
    terms = Terms(D(0), D(0), D("0.5"))
    asked = propose(plan({"SPY": D(100)}), wanted, Means(D(100_000), {}), terms)
    assert (asked.position, asked.max_position, asked.cash_after) == (40_000, 50_000, 60_000)
    assert not asked.is_idle


@pytest.mark.parametrize(
    ("held", "wanted", "idle"),
    [({}, D(0), True), ({"SPY": D(5)}, D(5), False), ({"SPY": D(5)}, D(0), False)],
)
def test_only_an_account_with_nothing_held_and_nothing_wanted_is_idle(held, wanted, idle):
    prices = {"SPY": D(100)}
    asked = propose(plan(prices), target(quantity=wanted), Means(D(0), held), FREE)
    assert asked.is_idle == idle


def test_shares_without_a_price_are_refused():
    with pytest.raises(NoBars, match="acct_1 holds or wants TLT, which has no price this week"):
        propose(plan({"SPY": D(100)}), target(), Means(D(0), {"TLT": D(1)}), FREE)
