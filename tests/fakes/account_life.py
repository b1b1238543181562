"""The life of an account by hand: targets, checkpoints, orders, fills and marks at any instant."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.desk.writing import MARKET_STREAM, account_stream, new_event
from core.events.account import (
    CheckpointDecided,
    OrderFilled,
    OrderIntended,
    SeatModelChanged,
    TargetSet,
)
from core.events.envelope import Append, Event
from core.events.market import UniverseMarked
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.market import MarkedPrice
from core.schemas.order import BrokerFill, OrderIntent, Purpose
from core.schemas.risk import Target
from core.types import AccountId, CheckpointAction, Direction, Horizon, Side, StreamId, WeekId
from storage.event_store import SqlEventStore
from tests.fakes.stored_weeks import RUN
from tests.fakes.week import AS_OF, WEEK

PM = AccountId("acct_1")


def happens(store: SqlEventStore, stream: StreamId, at: datetime, *events: Event) -> None:
    """Append events that occurred at ``at``."""
    version = store.head(stream).version
    new = [
        new_event(stream, event, [version + number], at, week_id=WEEK, run_id=RUN)
        for number, event in enumerate(events)
    ]
    store.commit([Append(stream, new, version)])


def target(
    store: SqlEventStore, conviction: float, account: AccountId = PM, **changes: Any
) -> None:
    """A frozen target of SPY at $600; FLAT for a conviction of 0."""
    flat = conviction == 0
    wanted = Target(
        account_id=account,
        instrument=None if flat else "SPY",
        direction=Direction.FLAT if flat else Direction.LONG,
        conviction=conviction,
        horizon=Horizon.WEEK,
        weight=Decimal(0 if flat else "0.5"),
        quantity=Decimal(0 if flat else 80),
        equity=Decimal(100_000),
        reference_price=None if flat else Decimal(600),
        **changes,
    )
    event = TargetSet(week_id=WEEK, run_id=RUN, target=wanted, entry_session=date(2026, 11, 18))
    happens(store, account_stream(account), AS_OF, event)


def checkpoint(store: SqlEventStore, at: datetime, account: AccountId = PM, **changes: Any) -> None:
    """STAY at 1.0 with $606 and $480 of profit, but for ``changes``."""
    decision = CheckpointDecision.model_validate(
        {
            "checkpoint_id": f"{account}/{at}",
            "week_id": WEEK,
            "time": "12:00",
            "account_id": account,
            "conviction_before": 1.0,
            "conviction_after": 1.0,
            "action": CheckpointAction.STAY,
            "reason_delta": "little moved",
            "rule": "stay",
            "indicators_snapshot": (),
            "price": Decimal(606),
            "pnl": Decimal(480),
            "return_since_entry": 0.01,
            "panic": False,
            "invalidated": False,
            "engine": "rules",
            "timestamp": at,
            **changes,
        }
    )
    happens(store, account_stream(account), at, CheckpointDecided(decision=decision))


def trade(
    store: SqlEventStore,
    key: str,
    quantity: int,
    price: str,
    at: datetime,
    *,
    purpose: Purpose = Purpose.WEEKLY_OPEN,
    symbol: str = "SPY",
) -> None:
    """An order of PM 1 for signed shares, filled whole at once for a commission of 25 cents."""
    side, shares = (Side.BUY if quantity > 0 else Side.SELL), Decimal(abs(quantity))
    common = {"client_order_id": key, "account_id": PM, "symbol": symbol, "side": side}
    intent = OrderIntent(
        **common,
        week_id=WEEK,
        run_id=RUN,
        quantity=shares,
        purpose=purpose,
        sequence=0,
        reference_price=Decimal(price),
        decided_at=at,
    )
    fill = BrokerFill(
        **common,
        fill_id=f"{key}-1",
        quantity=shares,
        price=Decimal(price),
        commission=Decimal("0.25"),
        filled_at=at,
        session=at.date(),
        price_kind="open",
        source="files",
    )
    happens(store, account_stream(PM), at, OrderIntended(intent=intent), OrderFilled(fill=fill))


def new_model(store: SqlEventStore, week: str, model: str = "new/model") -> None:
    change = SeatModelChanged(
        account_id=PM, week_id=WeekId(week), model=model, previous_model="openai/gpt-5.1"
    )
    happens(store, account_stream(PM), AS_OF, change)


def mark(store: SqlEventStore, day: date, **prices: str) -> None:
    """The session's closes, USD a share."""
    marked = [
        MarkedPrice(
            symbol=symbol,
            price=Decimal(price),
            kind="close",
            session=day,
            known_at=AS_OF,
            source="files",
            feed="",
        )
        for symbol, price in prices.items()
    ]
    happens(store, MARKET_STREAM, AS_OF, UniverseMarked(session=day, prices=tuple(marked)))
