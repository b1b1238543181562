"""A desk whose breaker is fed by hand: orders of one asset, closes, targets that a halt cut."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from core.desk.opening import open_desk
from core.desk.writing import MARKET_STREAM
from core.events.account import OrderAccepted, OrderFilled, OrderIntended, TargetSet
from core.events.market import UniverseMarked
from core.schemas.market import MarkedPrice
from core.schemas.order import BrokerFill, OrderIntent, Purpose
from core.schemas.risk import Target
from core.types import AccountId, Direction, Horizon, Side, StreamId
from tests.fakes.desks import Bench, bench, on, rules_settings
from tests.fakes.stored_weeks import append

D = Decimal
ONE, TWO = AccountId("acct_1"), AccountId("acct_2")
DAY = date(2024, 1, 3)


def open_bench() -> Bench:
    """A desk that is open and has nothing but its accounts."""
    found = bench(rules_settings(), at=on("2024-01-03", "06:00"))
    open_desk(found.desk, found.desk.clock.now())
    return found


def at(number: int) -> datetime:
    return datetime(2024, 1, 3, 15, tzinfo=UTC) + timedelta(days=number)


def fill(made: Bench, number: int, side: Side, price: str, account=ONE, *, quantity="10") -> None:
    """One order of SPY, intended, taken and filled."""
    key = f"{account}-{number}-{side}"
    intent = OrderIntent(
        client_order_id=key,
        account_id=account,
        week_id="2024-01-03",
        run_id="run-1",
        symbol="SPY",
        side=side,
        quantity=D(quantity),
        purpose=Purpose.WEEKLY_OPEN,
        sequence=number,
        reference_price=D(price),
        decided_at=at(number),
    )
    names = ("client_order_id", "account_id", "symbol", "side", "quantity")
    told = BrokerFill(
        **{name: getattr(intent, name) for name in names},
        fill_id=key,
        price=D(price),
        commission=D("0.50"),
        filled_at=at(number),
        session=at(number).date(),
        price_kind="open",
        source="test",
    )
    taken = OrderAccepted(client_order_id=key, broker_order_id=key, sent_at=at(number))
    stream = StreamId(f"account/{account}")
    append(made.store, stream, OrderIntended(intent=intent), taken, OrderFilled(fill=told))


def trade(made: Bench, number: int, won: str, account=ONE) -> None:
    """A round trip in ten shares that brings ``won`` USD a share before two fees of 50 cents."""
    fill(made, number, Side.BUY, "100", account)
    fill(made, number, Side.SELL, str(100 + D(won)), account)


def marked(made: Bench, number: int, price: str) -> None:
    one = MarkedPrice(
        symbol="SPY",
        price=D(price),
        kind="close",
        session=DAY + timedelta(days=number),
        known_at=at(number),
        source="test",
        feed="test",
    )
    append(made.store, MARKET_STREAM, UniverseMarked(session=one.session, prices=(one,)))


def targeted(made: Bench, number: int, price: str) -> None:
    """A week of one day in SPY that a halt cut to nothing."""
    target = Target(
        account_id=ONE,
        instrument="SPY",
        direction=Direction.LONG,
        conviction=2.0,
        horizon=Horizon.DAY,
        weight=D(0),
        quantity=D(0),
        equity=D(100_000),
        reference_price=D(price),
        unhalted_weight=D(1),
    )
    entry = DAY + timedelta(days=number)
    event = TargetSet(week_id="2024-01-03", run_id="run-1", target=target, entry_session=entry)
    append(made.store, StreamId("account/acct_1"), event)
