"""What the gate lets out: asked at each order, from the log as it is at that moment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from config.wiring import open_store
from core.desk.breaker import halted, halts, known_scopes, reset
from core.desk.gate import DeskGate, KeyGate
from core.desk.halts import BREAKER_STREAM
from core.desk.trading_switch import disable, enable, is_disabled
from core.desk.writing import NET_STREAM
from core.errors import BadInput
from core.events.account import OrderAccepted, OrderFilled, OrderIntended
from core.events.breaker import BreakerReleased, BreakerTripped, TradingDisabled
from core.events.broker import NetOrderIntended, NetPart
from core.schemas.breaker import DESK, Cause
from core.schemas.order import BrokerFill, OrderIntent, OrderTicket, Purpose
from core.types import AccountId, Side, StreamId
from tests.fakes.desks import rules_settings
from tests.fakes.stored_weeks import append, open_desk

D = Decimal
AT = datetime(2026, 11, 18, 15, tzinfo=UTC)
ONE, TWO = AccountId("acct_1"), AccountId("acct_2")


@pytest.fixture
def store():
    made = open_store(rules_settings())
    open_desk(made)
    yield made
    made.close()


def intent(order_id, side=Side.BUY, quantity="10", purpose=Purpose.WEEKLY_OPEN, account=ONE):
    return OrderIntent(
        client_order_id=order_id,
        account_id=account,
        week_id="2026-11-18",
        run_id="run-1",
        symbol="SPY",
        side=side,
        quantity=D(quantity),
        purpose=purpose,
        sequence=0,
        reference_price=D(600),
        decided_at=AT,
    )


def ticket(one: OrderIntent) -> OrderTicket:
    names = ("client_order_id", "account_id", "symbol", "side", "quantity", "decided_at")
    return OrderTicket(**{name: getattr(one, name) for name in names})


def intended(store, *args, **kwargs) -> OrderTicket:
    one = intent(*args, **kwargs)
    append(store, StreamId(f"account/{one.account_id}"), OrderIntended(intent=one))
    return ticket(one)


def holding(store, quantity="10", account=ONE) -> None:
    """The account bought SPY."""
    one = intent(f"bought-{account}", quantity=quantity, account=account)
    fill = BrokerFill(
        fill_id=f"fill-{account}",
        client_order_id=one.client_order_id,
        account_id=account,
        symbol="SPY",
        side=one.side,
        quantity=one.quantity,
        price=D(600),
        commission=D(0),
        filled_at=AT,
        session=date(2026, 11, 18),
        price_kind="open",
        source="test",
    )
    accepted = OrderAccepted(client_order_id=one.client_order_id, broker_order_id="b", sent_at=AT)
    stream = StreamId(f"account/{account}")
    append(store, stream, OrderIntended(intent=one), accepted, OrderFilled(fill=fill))


def trip(store, scope="account/acct_1", cause=Cause.DRAWDOWN, value="21.5") -> None:
    threshold = D(20) if cause is Cause.DRAWDOWN else D(10)
    append(
        store,
        BREAKER_STREAM,
        BreakerTripped(
            scope=scope,
            cause=cause,
            value=D(value),
            threshold=threshold,
            at_equity=D(78_500),
            peak=D(100_000),
        ),
    )


def test_nothing_is_refused_while_nothing_is_wrong(store):
    assert DeskGate(store).refusal(intended(store, "a")) is None


def test_a_disabled_desk_sends_nothing_from_the_next_order_on(store):
    gate, first = DeskGate(store), intended(store, "a")
    assert gate.refusal(first) is None
    disable(store, "the feed is wrong", "ann", AT)
    assert gate.refusal(first) == "trading is disabled by ann: the feed is wrong"
    enable(store, "repaired", "ann", AT)
    assert gate.refusal(first) is None


@pytest.mark.parametrize("flatten", [False, True])
def test_a_close_goes_out_of_a_disabled_desk_only_when_flattening_was_asked(store, flatten):
    holding(store)
    closing = intended(store, "c", Side.SELL, purpose=Purpose.CHECKPOINT_CLOSE)
    opening = intended(store, "o")
    disable(store, "stop", "ann", AT, flatten=flatten)
    gate = DeskGate(store)
    assert (gate.refusal(closing) is None) == flatten
    assert gate.refusal(opening) is not None


def test_an_order_that_flattens_goes_out_of_a_disabled_desk_unless_it_would_open(store):
    holding(store)
    flat = intended(store, "f", Side.SELL, purpose=Purpose.FLATTEN)
    too_much = intended(store, "g", Side.SELL, "11", purpose=Purpose.FLATTEN)
    disable(store, "stop", "ann", AT)
    gate = DeskGate(store)
    assert gate.refusal(flat) is None
    assert gate.refusal(too_much) is not None


@pytest.mark.parametrize("scope", ["account/acct_1", "strategy/macro_council", "desk"])
def test_a_halt_stops_what_opens_and_lets_out_what_closes(store, scope):
    holding(store)
    gate = DeskGate(store)
    trip(store, scope)
    said = gate.refusal(intended(store, "o"))
    assert said == (
        f"{scope} halted: drawdown 21.5 % is over 20 %; no new position is opened "
        "(BUY 10 SPY, held 10)"
    )
    assert gate.refusal(intended(store, "c", Side.SELL)) is None
    assert gate.refusal(intended(store, "beyond", Side.SELL, "11")) is not None


def test_two_closing_orders_cannot_open_the_other_side_together(store):
    holding(store)
    trip(store)
    intended(store, "c", Side.SELL)
    sent = OrderAccepted(client_order_id="c", broker_order_id="b", sent_at=AT)
    append(store, StreamId("account/acct_1"), sent)
    assert DeskGate(store).refusal(intended(store, "again", Side.SELL)) is not None


def test_another_accounts_halt_is_not_mine(store):
    trip(store, "account/acct_2")
    gate = DeskGate(store)
    assert gate.refusal(intended(store, "o")) is None
    assert gate.refusal(intended(store, "p", account=TWO)) is not None


def test_each_cause_has_its_own_release_and_a_reset_ends_all(store):
    trip(store)
    trip(store, cause=Cause.LOSSES, value="10")
    assert [halt.cause for halt in halted(store, ONE)] == [Cause.DRAWDOWN, Cause.LOSSES]
    released = BreakerReleased(
        scope="account/acct_1",
        cause=Cause.DRAWDOWN,
        value=D("14.9"),
        threshold=D(15),
        at_equity=D(79_000),
        peak=D(92_000),
    )
    append(store, BREAKER_STREAM, released)
    assert [halt.cause for halt in halted(store, ONE)] == [Cause.LOSSES]
    reset(store, "account/acct_1", "looked at every trade", "ann", AT)
    assert halts(store) == {}


def test_a_reset_needs_a_scope_that_exists_and_a_reason(store):
    assert known_scopes(store) == (
        DESK,
        "strategy/macro_council",
        *(f"account/acct_{number}" for number in range(1, 6)),
    )
    with pytest.raises(BadInput, match="use one of desk, strategy/macro_council"):
        reset(store, "account/acct_6", "why not", "ann", AT)
    with pytest.raises(BadInput, match="--reason"):
        reset(store, DESK, "  ", "ann", AT)


def test_the_switch_needs_a_reason_and_saying_it_twice_changes_nothing(store):
    with pytest.raises(BadInput, match="--reason"):
        disable(store, "", "ann", AT)
    with pytest.raises(BadInput, match="not disabled"):
        enable(store, "go on", "ann", AT)
    disable(store, "stop", "ann", AT)
    disable(store, "stop", "ann", AT)
    assert is_disabled(store) == TradingDisabled(reason="stop", by="ann", flatten=False)
    assert store.head(StreamId("system/trading")).version == 1


def test_a_net_order_goes_out_when_all_its_parts_may(store):
    holding(store, account=TWO)
    mine, theirs = intended(store, "o"), intended(store, "p", account=TWO)
    parts = [
        NetPart(account_id=one.account_id, client_order_id=one.client_order_id, quantity=D(10))
        for one in (mine, theirs)
    ]
    netted = NetOrderIntended(
        key="key",
        slot="s",
        symbol="SPY",
        leg=1,
        side=Side.BUY,
        quantity=D(20),
        client_order_id="net-1",
        parts=tuple(parts),
        decided_at=AT,
    )
    append(store, NET_STREAM, netted)
    asked = mine.model_copy(
        update={"client_order_id": "net-1", "account_id": AccountId("key"), "quantity": D(20)}
    )
    gate = KeyGate(store)
    assert gate.refusal(asked) is None
    assert "not in the log" in gate.refusal(mine)
    trip(store, "account/acct_2")
    assert gate.refusal(asked).startswith("account/acct_2 halted")
