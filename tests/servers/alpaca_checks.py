"""What Alpaca checks of an order before it takes it, with its statuses, codes and messages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tests.servers.alpaca_bodies import refusal, text

if TYPE_CHECKING:
    from tests.servers.alpaca_exchange import FakeAccount, FakeExchange, Listing

ABOVE_ASK = Decimal("1.03")
LEAST_EQUITY = Decimal(2000)


class Refused(Exception):
    """The exchange's no: an HTTP status and the body."""

    def __init__(self, status: int, code: int, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.body = refusal(code, message, **more)


@dataclass(frozen=True)
class Checked:
    qty: Decimal
    short: bool


def check_order(exchange: FakeExchange, account: FakeAccount, asked: dict) -> Checked:
    """Refused for what Alpaca would refuse, in its order: form, id, asset, shares, money."""
    qty = _quantity(asked)
    client_id = asked.get("client_order_id")
    if client_id and account.order(client_id):
        raise Refused(422, 40010001, "client_order_id must be unique")
    listing = _listing(exchange, asked, qty)
    _opposite(account, asked)
    if asked["side"] == "sell":
        return Checked(qty, _sale_is_short(exchange, account, listing, qty))
    _money(account, qty * listing.price, exchange)
    return Checked(qty, short=False)


def _quantity(asked: dict) -> Decimal:
    given = asked.get("qty")
    if given is None:
        raise Refused(422, 40010001, "qty is required")
    try:
        qty = Decimal(str(given))
    except InvalidOperation:
        raise Refused(422, 40010001, f"invalid qty {given}") from None
    if qty <= 0:
        raise Refused(422, 40010001, "qty must be > 0")
    if asked.get("type") != "market" or asked.get("time_in_force") != "day":
        raise Refused(422, 42210000, "fractional orders must be DAY orders")
    if asked.get("side") not in {"buy", "sell"}:
        raise Refused(422, 40010001, f"invalid side {asked.get('side')}")
    return qty


def _listing(exchange: FakeExchange, asked: dict, qty: Decimal) -> Listing:
    symbol = asked.get("symbol", "")
    listing = exchange.listings.get(symbol)
    if listing is None:
        raise Refused(422, 42210000, f'could not find asset "{symbol}"')
    if not listing.tradable:
        raise Refused(422, 42210000, f'asset "{symbol}" is not tradable')
    if not _whole(qty) and not listing.fractionable:
        raise Refused(403, 40310000, f'asset "{symbol}" is not fractionable')
    return listing


def _opposite(account: FakeAccount, asked: dict) -> None:
    if any(order.side != asked["side"] for order in account.open_orders(asked["symbol"])):
        raise Refused(
            403,
            40310000,
            "potential wash trade detected. use complex orders",
            reject_reason="opposite side market/stop order exists",
        )


def _sale_is_short(
    exchange: FakeExchange, account: FakeAccount, listing: Listing, qty: Decimal
) -> bool:
    held = account.positions.get(listing.symbol, Decimal(0))
    promised = sum((o.leaves for o in account.open_orders(listing.symbol)), Decimal(0))
    if held > 0:
        available = held - promised
        if qty > available:
            raise Refused(
                403,
                40310000,
                f"insufficient qty available for order (requested: {text(qty)}, "
                f"available: {text(available)})",
                symbol=listing.symbol,
                existing_qty=text(held),
                held_for_orders=text(promised),
                available=text(available),
            )
        return False
    _may_be_shorted(exchange, account, listing, qty)
    return True


def _may_be_shorted(
    exchange: FakeExchange, account: FakeAccount, listing: Listing, qty: Decimal
) -> None:
    if not _whole(qty):
        raise Refused(422, 42210000, "fractional orders cannot be sold short")
    if not listing.shortable:
        raise Refused(422, 42210000, f'asset "{listing.symbol}" cannot be sold short')
    if not listing.easy_to_borrow:
        raise Refused(
            422,
            42210000,
            f'only day orders are allowed for hard-to-borrow asset "{listing.symbol}"',
        )
    if account.cash < LEAST_EQUITY:
        raise Refused(403, 40310000, "account is not allowed to short")
    _money(account, qty * listing.price * ABOVE_ASK, exchange)


def _money(account: FakeAccount, cost: Decimal, exchange: FakeExchange) -> None:
    promised = sum(
        (o.leaves * exchange.listings[o.symbol].price for o in account.orders if o.is_open),
        Decimal(0),
    )
    power = 4 * account.cash - promised
    if cost > power:
        raise Refused(
            403,
            40310000,
            "insufficient buying power",
            buying_power=text(power),
            cost_basis=text(cost),
        )


def _whole(qty: Decimal) -> bool:
    return qty == qty.to_integral_value()
