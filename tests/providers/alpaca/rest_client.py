"""A client whose waits are short, and orders to send with it."""

from __future__ import annotations

from providers.alpaca.patience import RestPolicy
from providers.alpaca.rest import AlpacaRest
from providers.alpaca.session import PaperKey
from providers.alpaca.token_bucket import TokenBucket
from tests.servers.alpaca_server import AlpacaServer

QUICK = RestPolicy(
    connect_s=2, read_s=5, deadline_s=10, retries=2, backoff_s=0.001, longest_wait_s=0.01
)
IMPATIENT = RestPolicy(connect_s=2, read_s=0.25, deadline_s=0.5, retries=1, backoff_s=0.001)


def client_on(
    server: AlpacaServer, policy: RestPolicy = QUICK, slept: list[float] | None = None
) -> AlpacaRest:
    key = PaperKey(server.account.key_id, server.account.secret)
    sleep = (lambda seconds: None) if slept is None else slept.append
    return AlpacaRest(key, server.url, policy, TokenBucket(1e6, 10_000), sleep)


def order(client_id: str = "order-1", **changes: object) -> dict:
    asked = {"symbol": "SPY", "qty": "10", "side": "buy", "type": "market", "time_in_force": "day"}
    return {**asked, "client_order_id": client_id, **changes}
