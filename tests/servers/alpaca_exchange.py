"""A small exchange: accounts with cash, orders that fill at a settable price, Alpaca's checks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from tests.contract.market_data import CALENDAR
from tests.servers.alpaca_checks import Refused, check_order

D = Decimal
ZERO = D(0)
WHOLE = D(1)
CENT = D("0.01")
STARTING_CASH = D(100_000)
OPEN_STATUSES = ("new", "accepted", "pending_new", "partially_filled")
TICK = timedelta(microseconds=1137)


@dataclass
class Listing:
    """What the exchange says of a symbol; ``price`` in USD is what market orders fill at."""

    symbol: str
    price: Decimal
    shortable: bool = True
    easy_to_borrow: bool = True
    fractionable: bool = True
    tradable: bool = True
    asset_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class FakeFill:
    activity_id: str
    order_id: str
    symbol: str
    side: str
    qty: Decimal
    price: Decimal
    at: datetime
    cumulative: Decimal
    leaves: Decimal


@dataclass
class FakeOrder:
    order_id: str
    client_order_id: str
    symbol: str
    asset_id: str
    side: str
    qty: Decimal
    submitted_at: datetime
    updated_at: datetime
    status: str = "accepted"
    filled: Decimal = ZERO
    spent: Decimal = ZERO
    filled_at: datetime | None = None
    short: bool = False

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def leaves(self) -> Decimal:
        return self.qty - self.filled


@dataclass
class FakeAccount:
    """One paper account and its key pair."""

    key_id: str
    secret: str
    cash: Decimal
    number: str
    account_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    positions: dict[str, Decimal] = field(default_factory=dict)
    orders: list[FakeOrder] = field(default_factory=list)
    fills: list[FakeFill] = field(default_factory=list)

    def order(self, client_order_id: str) -> FakeOrder | None:
        return next((o for o in self.orders if o.client_order_id == client_order_id), None)

    def open_orders(self, symbol: str) -> list[FakeOrder]:
        return [o for o in self.orders if o.symbol == symbol and o.is_open]


def usual_listings() -> list[Listing]:
    return [
        Listing("SPY", D("650.25")),
        Listing("QQQ", D("610.5")),
        Listing("TLT", D("88.1")),
        Listing("GLD", D("380.4")),
        Listing("UUP", D("28.35"), shortable=False),
        Listing("USO", D("71.9"), easy_to_borrow=False),
        Listing("OCGN", D("1.05"), fractionable=False),
        Listing("RGC", D("12.4"), tradable=False),
    ]


class FakeExchange:
    """Time stands still but for a millisecond an event; a closed market queues orders until it opens.

    ``fills_at_once`` fills an order the moment it is taken (open market); otherwise `fill_open` does.
    ``parts`` is how many fills an order takes; the price rises by a cent from one to the next.
    """

    def __init__(self, now: datetime = datetime(2026, 11, 18, 13, 0, tzinfo=UTC)) -> None:
        self.now = now
        self.is_open = False
        self.fills_at_once = True
        self.parts = 1
        self.listings = {listing.symbol: listing for listing in usual_listings()}
        self.accounts: dict[str, FakeAccount] = {}

    @property
    def prices(self) -> dict[str, Decimal]:
        return {symbol: listing.price for symbol, listing in self.listings.items()}

    def add_account(self, key_id: str, cash: Decimal = STARTING_CASH) -> FakeAccount:
        account = FakeAccount(key_id, f"secret-of-{key_id}", cash, f"PA{len(self.accounts):09d}")
        self.accounts[key_id] = account
        return account

    def tick(self) -> datetime:
        self.now += TICK
        return self.now

    def open_market(self, *, fill: bool = True) -> None:
        """The next session opens; what was queued fills at the present prices."""
        session = CALENDAR.session_on_or_after(self.now.date())
        opening = CALENDAR.session_open(session)
        if self.now > CALENDAR.session_close(session):
            opening = CALENDAR.session_open(CALENDAR.offset(session, 1))
        self.now = max(self.now, opening) + TICK
        self.is_open = True
        if fill:
            self.fill_open()

    def close_market(self) -> None:
        """The session closes: what is still open of it expires."""
        self.now = max(
            self.now, CALENDAR.session_close(CALENDAR.session_on_or_before(self.now.date()))
        )
        self.is_open = False
        for account in self.accounts.values():
            for order in account.orders:
                if order.is_open:
                    order.status, order.updated_at = "expired", self.tick()

    def fill_open(self) -> None:
        """Fill every open order to its end."""
        for account in self.accounts.values():
            for order in [o for o in account.orders if o.is_open]:
                self.complete(account, order)

    def complete(self, account: FakeAccount, order: FakeOrder) -> None:
        """Fill the order to its end, in ``parts``."""
        part = (order.leaves / self.parts).quantize(WHOLE, rounding=ROUND_DOWN)
        listing = self.listings[order.symbol]
        price = listing.price
        for _ in range(self.parts - 1 if part else 0):
            self.fill(account, order, part)
            listing.price += CENT
        self.fill(account, order)
        listing.price = price

    def submit(self, account: FakeAccount, asked: dict) -> FakeOrder:
        """Refused with Alpaca's status and body, or the order."""
        checked = check_order(self, account, asked)
        at = self.tick()
        order = FakeOrder(
            order_id=str(uuid.uuid4()),
            client_order_id=asked.get("client_order_id") or str(uuid.uuid4()),
            symbol=asked["symbol"],
            asset_id=self.listings[asked["symbol"]].asset_id,
            side=asked["side"],
            qty=checked.qty,
            submitted_at=at,
            updated_at=at,
            status="pending_new" if self.is_open else "accepted",
            short=checked.short,
        )
        account.orders.append(order)
        return order

    def fill(self, account: FakeAccount, order: FakeOrder, qty: Decimal | None = None) -> None:
        """Fill ``qty`` shares (all that is left by default) at the listing's price."""
        qty = order.leaves if qty is None else min(qty, order.leaves)
        price, at = self.listings[order.symbol].price, self.tick()
        sign = 1 if order.side == "buy" else -1
        order.filled += qty
        order.spent += qty * price
        order.filled_at = order.updated_at = at
        order.status = "filled" if order.leaves == 0 else "partially_filled"
        account.cash -= sign * qty * price
        held = account.positions.pop(order.symbol, D(0)) + sign * qty
        if held:
            account.positions[order.symbol] = held
        side = "sell_short" if order.short else order.side
        account.fills.append(
            FakeFill(
                activity_id=f"{at:%Y%m%d%H%M%S%f}::{uuid.uuid4()}",
                order_id=order.order_id,
                symbol=order.symbol,
                side=side,
                qty=qty,
                price=price,
                at=at,
                cumulative=order.filled,
                leaves=order.leaves,
            )
        )

    def cancel(self, account: FakeAccount, order_id: str) -> None:
        order = next((o for o in account.orders if o.order_id == order_id), None)
        if order is None:
            raise Refused(404, 40410000, f"order not found for {order_id}")
        if not order.is_open:
            raise Refused(422, 42210000, f'order is already in "{order.status}" state')
        order.status, order.updated_at = "canceled", self.tick()
