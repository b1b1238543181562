"""A batch of orders brought to the loopback exchange through a fault, then all of it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from core.clock import FixedClock
from core.errors import BrokerError
from core.schemas.order import BrokerFill, OrderTicket
from core.types import AccountId, Side
from providers.alpaca.patience import RestPolicy
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperKey
from providers.alpaca.token_bucket import TokenBucket
from providers.broker.alpaca import AlpacaBroker, LookUps
from tests.contract.market_data import CALENDAR
from tests.servers.alpaca_faults import HTML, Fault, broken, with_word
from tests.servers.alpaca_server import AlpacaServer, alpaca_server

ACCOUNT = AccountId("acct_1")
CASH = Decimal(10_000_000)
PATIENT = RestPolicy(
    connect_s=5, read_s=10, deadline_s=20, retries=4, backoff_s=0.001, longest_wait_s=0.01
)
IMPATIENT = replace(PATIENT, read_s=0.06, deadline_s=0.15)
BUYS, SHORTS = ("SPY", "QQQ"), ("TLT", "GLD")
PASSES = 6
Prepare = Callable[[AlpacaServer], None]


@dataclass(frozen=True)
class Scenario:
    """``orders`` are faults of every sending (a third of them in the rerun), ``questions`` of look-ups.

    ``prepare`` sets the exchange; ``settle`` is done before the books are compared.
    """

    orders: Fault | None = None
    questions: tuple[Fault, ...] = ()
    prepare: Prepare = lambda server: server.exchange.open_market()
    settle: Prepare = lambda server: None
    policy: RestPolicy = PATIENT


@dataclass
class Swept:
    """What a scenario came to; ``differs`` names everything that is not as it must be."""

    intended: int
    at_server: int
    sent: int
    unknown_at_first: int
    passes: int
    differs: list[str] = field(default_factory=list)


def in_parts(server: AlpacaServer) -> None:
    server.exchange.open_market()
    server.exchange.parts = 3


def twice_in_disorder(server: AlpacaServer) -> None:
    in_parts(server)
    server.listing.page = 40
    server.listing.fills_twice = server.listing.fills_reversed = True


def late_fills(server: AlpacaServer) -> None:
    in_parts(server)
    server.listing.fills_hidden = True


def shown(server: AlpacaServer) -> None:
    server.listing.fills_hidden = False


def ahead(server: AlpacaServer) -> None:
    server.exchange.open_market()
    server.exchange.now += timedelta(minutes=11)


def behind(server: AlpacaServer) -> None:
    server.exchange.open_market()
    server.exchange.now -= timedelta(minutes=3)


def nothing(server: AlpacaServer) -> None:
    """The market stays closed."""


BUSY = Fault(status=429, body=b'{"message": "too many requests."}', headers={"Retry-After": "0"})
BROKEN_LOOK_UPS = (
    Fault("GET", "/v2/orders:by", times=5, status=503, body=HTML),
    Fault("GET", "/v2/orders:by", times=5, drop=True),
    Fault("GET", "/v2/orders:by", times=5, half=True),
)
ERROR_INSIDE = json.dumps({"code": 50010000, "message": "internal server error"}).encode()
NEW_WORDS = ("status", "asset_class", "side", "order_type")

SCENARIOS: dict[str, Scenario] = {
    "no fault": Scenario(),
    "429 before acceptance": Scenario(replace(BUSY, taken=False)),
    "429 after acceptance": Scenario(BUSY),
    **{
        f"{status} {when} acceptance": Scenario(broken(status, taken=when == "after"))
        for status in (500, 502, 504)
        for when in ("before", "after")
    },
    "drip": Scenario(Fault(drip_s=0.02), policy=IMPATIENT),
    "stall after acceptance": Scenario(Fault(stall_s=0.09), policy=IMPATIENT),
    "stall before acceptance": Scenario(Fault(stall_s=0.09, taken=False), policy=IMPATIENT),
    "socket dropped after acceptance": Scenario(Fault(drop=True)),
    "socket dropped before acceptance": Scenario(Fault(drop=True, taken=False)),
    "garbage": Scenario(Fault(status=200, body=b"\x00\xff]{garbage")),
    "HTML 502 after acceptance": Scenario(Fault(status=502, body=HTML)),
    "HTML 200 before acceptance": Scenario(Fault(status=200, body=HTML, taken=False)),
    "HTML 403 before acceptance": Scenario(Fault(status=403, body=HTML, taken=False)),
    "HTML 422 after acceptance": Scenario(Fault(status=422, body=HTML)),
    "empty body": Scenario(Fault(status=200, body=b"")),
    "redirect": Scenario(Fault(status=307, body=b"", headers={"Location": "/v2/orders"})),
    "half a JSON": Scenario(Fault(half=True)),
    "error inside 200": Scenario(Fault(status=200, body=ERROR_INSIDE)),
    "dropped, look-ups broken too": Scenario(Fault(drop=True), BROKEN_LOOK_UPS),
    **{
        f"unknown {key} everywhere": Scenario(
            Fault(edit=with_word(key, "quantum_leap")),
            (Fault("GET", "/v2/orders", times=None, edit=with_word(key, "quantum_leap")),),
        )
        for key in NEW_WORDS
    },
    "partial fills": Scenario(prepare=in_parts),
    "fills twice, in disorder, dropped": Scenario(Fault(drop=True), prepare=twice_in_disorder),
    "fills listed late": Scenario(prepare=late_fills, settle=shown),
    "server's clock ahead": Scenario(Fault(drop=True), prepare=ahead),
    "server's clock behind": Scenario(Fault(drop=True), prepare=behind),
    "closed market, dropped": Scenario(
        Fault(drop=True), prepare=nothing, settle=lambda server: server.exchange.open_market()
    ),
}


def batch(orders: int, server: AlpacaServer) -> list[OrderTicket]:
    """Buys with fractions in two symbols, whole shorts in two others."""
    tickets = []
    for number in range(orders):
        buys = number % 2 == 0
        symbol = (BUYS if buys else SHORTS)[number // 2 % 2]
        tickets.append(
            OrderTicket(
                client_order_id=f"batch-{number:04d}",
                account_id=ACCOUNT,
                symbol=symbol,
                side=Side.BUY if buys else Side.SELL,
                quantity=Decimal(f"{number % 9 + 3}.1234") if buys else Decimal(number % 9 + 3),
                decided_at=server.exchange.now,
            )
        )
    return tickets


def broker_on(server: AlpacaServer, policy: RestPolicy = PATIENT) -> AlpacaBroker:
    """The adapter as a fresh process has it."""
    key = PaperKey(server.account.key_id, server.account.secret)
    api = AlpacaRest(key, server.url, policy, TokenBucket(per_minute=1e6, burst=100_000))
    clock = FixedClock(server.exchange.now)
    return AlpacaBroker({ACCOUNT: api}, CALENDAR, clock, LookUps(waits_s=(0, 0.002)))


def deliver(broker: AlpacaBroker, tickets: Sequence[OrderTicket]) -> int:
    """Asked first, sent where there is none, as the desk's order route does; how many stay unknown."""
    unsent, unknown = [], 0
    for ticket in tickets:
        try:
            if broker.find(ticket.account_id, ticket.client_order_id) is None:
                unsent.append(ticket)
        except BrokerError:
            unknown += 1
    results = broker.place_all(unsent)
    return unknown + sum(isinstance(result, BrokerError) for result in results)


def sweep(scenario: Scenario, orders: int) -> Swept:
    """The batch under its fault, reruns until everything is known, one whole rerun more, the books."""
    with alpaca_server() as server:
        server.account.cash = CASH
        scenario.prepare(server)
        tickets = batch(orders, server)
        plan(server, scenario, orders)
        unknown_at_first = deliver(broker_on(server, scenario.policy), tickets)
        plan(server, scenario, orders // 3)
        passes = 1
        while deliver(broker_on(server, scenario.policy), tickets) and passes < PASSES:
            passes += 1
        deliver(broker_on(server), tickets)
        early = fills_by_order(broker_on(server), tickets)
        scenario.settle(server)
        swept = Swept(
            intended=orders,
            at_server=len(server.account.orders),
            sent=len(server.posts()),
            unknown_at_first=unknown_at_first,
            passes=passes + 2,
        )
        swept.differs += [*of_orders(server, tickets), *of_books(server, tickets, early)]
        return swept


def plan(server: AlpacaServer, scenario: Scenario, times: int) -> None:
    server.faults.clear()
    if scenario.orders is not None:
        server.faults.plan(replace(scenario.orders, times=times))
    server.faults.plan(*scenario.questions)


def of_orders(server: AlpacaServer, tickets: Sequence[OrderTicket]) -> list[str]:
    """Duplicates, lost ones and those that are not what was intended."""
    there = [(o.client_order_id, o.symbol, o.side.upper(), o.qty) for o in server.account.orders]
    wanted = [(t.client_order_id, t.symbol, t.side.value, t.quantity) for t in tickets]
    twice = [f"duplicate {one[0]}" for one in there if there.count(one) > 1]
    lost = [f"lost {one[0]}" for one in wanted if one not in there]
    return [*twice, *lost, *(f"stranger {one[0]}" for one in there if one not in wanted)]


def of_books(
    server: AlpacaServer,
    tickets: Sequence[OrderTicket],
    early: dict[str, list[BrokerFill]],
) -> list[str]:
    """What a ledger made of the fills says against the exchange's own cash, shares and fills."""
    broker, account = broker_on(server), server.account
    fills = fills_by_order(broker, tickets)
    cash, shares = CASH, dict.fromkeys((*BUYS, *SHORTS), Decimal(0))
    for fill in (fill for each in fills.values() for fill in each):
        cash -= fill.side.sign * fill.quantity * fill.price + fill.commission
        shares[fill.symbol] += fill.side.sign * fill.quantity
    held = {symbol: quantity for symbol, quantity in shares.items() if quantity}
    told = {
        "ledger cash": (cash, account.cash),
        "broker cash": (broker.cash(ACCOUNT), account.cash),
        "ledger shares": (held, account.positions),
        "broker shares": (dict(broker.positions(ACCOUNT)), account.positions),
        "fills": (sum(map(len, fills.values())), len(account.fills)),
    }
    changed = [key for key, old in early.items() if fills.get(key, [])[: len(old)] != old]
    return [
        *(
            f"{what}: {ours} is not {theirs}"
            for what, (ours, theirs) in told.items()
            if ours != theirs
        ),
        *(f"fills of {key} changed" for key in changed),
    ]


def fills_by_order(
    broker: AlpacaBroker, tickets: Sequence[OrderTicket]
) -> dict[str, list[BrokerFill]]:
    """A lost order has none; that it is lost is told by its id."""
    keys = [t.client_order_id for t in tickets if broker.find(ACCOUNT, t.client_order_id)]
    return {key: list(broker.fills(ACCOUNT, key)) for key in keys}
