"""What the log says of accounts that share a key: net orders, crosses, and whose each fill is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.events.broker import (
    AllocatedPart,
    CrossPriced,
    InternalCross,
    NetFillAllocated,
    NetOrderAccepted,
    NetOrderIntended,
    NetOrderRefused,
    NetPart,
)
from core.events.envelope import Event
from core.schemas.order import BrokerFill
from core.types import AccountId, Side

NOTHING = Decimal(0)
INSIDE, MID = "internal cross", "mid"


@dataclass
class NetOrder:
    """One order over the key: what was intended and what became of it so far."""

    intended: NetOrderIntended
    accepted: NetOrderAccepted | None = None
    refused: str | None = None
    fills: dict[str, NetFillAllocated] = field(default_factory=dict)

    @property
    def filled(self) -> Decimal:
        return sum((fill.quantity for fill in self.fills.values()), NOTHING)

    @property
    def complete(self) -> bool:
        return self.filled >= self.intended.quantity

    @property
    def over(self) -> bool:
        return self.complete or self.refused is not None

    @property
    def unsent(self) -> bool:
        """Whether the broker has neither taken nor refused it."""
        return self.accepted is None and self.refused is None

    @property
    def held(self) -> Decimal:
        """Signed shares it has brought so far."""
        return self.filled if self.intended.side is Side.BUY else -self.filled

    @property
    def queued(self) -> bool:
        """Whether it was taken to be sent later, when others have ended."""
        return self.intended.after is not None or bool(self.intended.behind)

    @property
    def expected(self) -> Decimal:
        """Signed shares it brings in the end: all of it, or what it filled before it was over."""
        quantity = self.intended.quantity if self.refused is None else self.filled
        return quantity if self.intended.side is Side.BUY else -quantity

    def waiting(self) -> list[Decimal]:
        """What each part still waits for, in account order."""
        got: dict[str, Decimal] = {}
        for fill in self.fills.values():
            for part in fill.parts:
                got[part.client_order_id] = got.get(part.client_order_id, NOTHING) + part.quantity
        return [
            part.quantity - got.get(part.client_order_id, NOTHING) for part in self.intended.parts
        ]


@dataclass
class Wish:
    """One account's order as it was netted: which net orders and crosses it went into."""

    account_id: AccountId
    symbol: str
    side: Side
    quantity: Decimal = NOTHING
    nets: list[str] = field(default_factory=list)
    crosses: list[str] = field(default_factory=list)


@dataclass
class VirtualBook:
    """Folded from the events in their order; fills of an account are kept in that order too."""

    nets: dict[str, NetOrder] = field(default_factory=dict)
    crosses: dict[str, InternalCross] = field(default_factory=dict)
    priced: dict[str, CrossPriced] = field(default_factory=dict)
    wishes: dict[str, Wish] = field(default_factory=dict)
    fills: dict[str, list[BrokerFill]] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        match event:
            case NetOrderIntended():
                self.nets[event.client_order_id] = NetOrder(event)
                for part in event.parts:
                    wish = self._wish(part, event.symbol, event.side)
                    wish.nets.append(event.client_order_id)
            case NetOrderAccepted():
                self.nets[event.client_order_id].accepted = event
            case NetOrderRefused():
                self.nets[event.client_order_id].refused = event.reason
            case NetFillAllocated():
                self._allocated(event)
            case InternalCross():
                self.crosses[event.cross_id] = event
                self._wish(event.buy, event.symbol, Side.BUY).crosses.append(event.cross_id)
                self._wish(event.sell, event.symbol, Side.SELL).crosses.append(event.cross_id)
            case CrossPriced():
                self._crossed(event)
            case _:
                pass

    def follows(self, net_id: str) -> bool:
        """Whether it waits for a closing leg that has not filled yet, or for others to end."""
        wanted = self.nets[net_id].intended
        if any(not self.nets[one].over for one in wanted.behind):
            return True
        return wanted.after is not None and not self.nets[wanted.after].complete

    def of(self, symbol: str) -> list[NetOrder]:
        return [order for order in self.nets.values() if order.intended.symbol == symbol]

    def held(self, symbol: str) -> Decimal:
        """Signed shares net orders have brought to the key so far."""
        return sum((order.held for order in self.of(symbol)), NOTHING)

    def expected(self, symbol: str) -> Decimal:
        """Signed shares the key will hold once every net order has filled.

        From the records alone: what the broker shows may be ahead of the fills it has told.
        """
        return sum((order.expected for order in self.of(symbol)), NOTHING)

    def filled(self, client_order_id: str) -> Decimal:
        return sum((fill.quantity for fill in self.fills.get(client_order_id, ())), NOTHING)

    def refusal(self, wish: Wish) -> str | None:
        """Why the part of it that went out was refused; None when none was."""
        reasons = (self.nets[net].refused for net in wish.nets)
        return next((reason for reason in reasons if reason is not None), None)

    def over(self, wish: Wish) -> bool:
        """Whether nothing more can come of it: its net orders ended, its crosses are priced."""
        ended = all(self.nets[net].over for net in wish.nets)
        return ended and all(cross in self.priced for cross in wish.crosses)

    def wholly_refused(self, wish: Wish) -> bool:
        """Whether nothing of it was ever taken: no cross, and no net order that the broker accepted."""
        taken = wish.crosses or any(self.nets[one].accepted is not None for one in wish.nets)
        return not taken and self.refusal(wish) is not None

    def fills_of(self, account_id: AccountId) -> Iterator[BrokerFill]:
        for fills in self.fills.values():
            yield from (fill for fill in fills if fill.account_id == account_id)

    def positions(self, account_id: AccountId) -> Mapping[str, Decimal]:
        held: dict[str, Decimal] = {}
        for fill in self.fills_of(account_id):
            signed = fill.quantity if fill.side is Side.BUY else -fill.quantity
            held[fill.symbol] = held.get(fill.symbol, NOTHING) + signed
        return {symbol: quantity for symbol, quantity in held.items() if quantity}

    def cash_change(self, account_id: AccountId) -> Decimal:
        change = NOTHING
        for fill in self.fills_of(account_id):
            paid = fill.quantity * fill.price
            change += (-paid if fill.side is Side.BUY else paid) - fill.commission
        return change

    def _wish(self, part: NetPart, symbol: str, side: Side) -> Wish:
        wish = self.wishes.setdefault(
            part.client_order_id, Wish(part.account_id, symbol, side, NOTHING)
        )
        wish.quantity += part.quantity
        return wish

    def _allocated(self, event: NetFillAllocated) -> None:
        self.nets[event.net_order_id].fills[event.fill_id] = event
        left = event.commission
        filled = [part for part in event.parts if part.quantity]
        for place, part in enumerate(filled, 1):
            share = left if place == len(filled) else _share(event, part)
            left -= share
            self._add(part, _fill(event, part, share))

    def _crossed(self, event: CrossPriced) -> None:
        cross = self.crosses[event.cross_id]
        self.priced[event.cross_id] = event
        for side, part in ((Side.BUY, cross.buy), (Side.SELL, cross.sell)):
            fill = BrokerFill(
                fill_id=f"{event.cross_id}/{side}",
                client_order_id=part.client_order_id,
                account_id=part.account_id,
                symbol=cross.symbol,
                side=side,
                quantity=cross.quantity,
                price=event.price,
                commission=NOTHING,
                filled_at=event.priced_at,
                session=event.session,
                price_kind=MID,
                source=INSIDE,
            )
            self._add(part, fill)

    def _add(self, part: AllocatedPart | NetPart, fill: BrokerFill) -> None:
        self.fills.setdefault(part.client_order_id, []).append(fill)


def _share(event: NetFillAllocated, part: AllocatedPart) -> Decimal:
    """Of the commission, to the millionth of a dollar; the last part carries what is left."""
    exact = event.commission * part.quantity / event.quantity
    return exact.quantize(Decimal("0.000001"))


def _fill(event: NetFillAllocated, part: AllocatedPart, commission: Decimal) -> BrokerFill:
    return BrokerFill(
        fill_id=f"{event.fill_id}/{part.client_order_id}",
        client_order_id=part.client_order_id,
        account_id=part.account_id,
        symbol=event.symbol,
        side=event.side,
        quantity=part.quantity,
        price=event.price,
        commission=commission,
        filled_at=event.filled_at,
        session=event.session,
        price_kind="trade",
        source="shared key",
    )
