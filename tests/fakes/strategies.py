"""The equity strategy's account by hand: opened, marked, bought for, without any cycle."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from core.desk.writing import account_stream, append_one, new_event
from core.events.account import AccountOpened, OrderFilled, OrderIntended
from core.events.cycle import StrategyMarked
from core.market import PriceKind
from core.ports import EventStore
from core.schemas.market import MarkedPrice
from core.schemas.order import BrokerFill, OrderIntent, Purpose
from core.strategy import EQUITY, StrategySpec, SwitchOffRule
from core.types import AccountId, RunId, Side, StreamId, WeekId, week_of

ACCOUNT = AccountId("acct_7")
OPENED = datetime(2026, 9, 2, 15, tzinfo=UTC)
MARKS = StreamId(f"strategy/{EQUITY}/marks")


def equity_spec(**changes: object) -> StrategySpec:
    values = {
        "name": EQUITY,
        "title": "Equity trading cycle",
        "pipeline": "cycle",
        "enabled": True,
        "account": ACCOUNT,
        "switch_off": SwitchOffRule(),
    }
    return StrategySpec.model_validate({**values, **changes})


def account_opened(store: EventStore, cash: str = "100000") -> None:
    event = AccountOpened(
        account_id=ACCOUNT,
        name="Equity trading cycle",
        strategy=EQUITY,
        model="rules/cycle",
        starting_cash=Decimal(cash),
    )
    stream = account_stream(ACCOUNT)
    append_one(store, stream, new_event(stream, event, [], OPENED))


def marked(
    store: EventStore,
    session: date,
    equity: str,
    benchmark: str | None = None,
    price: str | None = None,
) -> None:
    """The account at a close, worth ``equity``: all cash, or AAPL at ``price`` as well (USD)."""
    at = datetime.combine(session, time(21, 10), UTC)
    spy, aapl = (
        () if one is None else (_price(symbol, one, session, at),)
        for symbol, one in (("SPY", benchmark), ("AAPL", price))
    )
    event = StrategyMarked(
        strategy=EQUITY,
        account_id=ACCOUNT,
        session=session,
        prices=aapl,
        benchmark=next(iter(spy), None),
        cash=Decimal(equity),
        equity=Decimal(equity),
    )
    append_one(store, MARKS, new_event(MARKS, event, [session], at))


def _price(symbol: str, price: str, session: date, at: datetime) -> MarkedPrice:
    return MarkedPrice(
        symbol=symbol,
        session=session,
        kind=PriceKind.CLOSE,
        price=Decimal(price),
        known_at=at - timedelta(minutes=10),
        source="by hand",
        feed="test",
    )


def bought(store: EventStore, quantity: int, price: str, *, filled: bool = True) -> None:
    """An order for AAPL at ``price`` USD, filled or still under way."""
    stream, at = account_stream(ACCOUNT), OPENED + timedelta(minutes=5)
    intent = OrderIntent(
        client_order_id="cycle-1-aapl",
        account_id=ACCOUNT,
        week_id=WeekId(week_of(at.date())),
        run_id=RunId("cycle-1"),
        symbol="AAPL",
        side=Side.BUY,
        quantity=Decimal(quantity),
        purpose=Purpose.CYCLE_BUY,
        sequence=1,
        reference_price=Decimal(price),
        decided_at=at,
    )
    append_one(store, stream, new_event(stream, OrderIntended(intent=intent), [1], at))
    if filled:
        fill = BrokerFill(
            fill_id="fill-1",
            client_order_id=intent.client_order_id,
            account_id=ACCOUNT,
            symbol="AAPL",
            side=Side.BUY,
            quantity=intent.quantity,
            price=Decimal(price),
            commission=Decimal(0),
            filled_at=at,
            session=at.date(),
            price_kind="open",
            source="by hand",
        )
        append_one(store, stream, new_event(stream, OrderFilled(fill=fill), [1], at))
