"""Alpaca's paper trading API on loopback, over a fake exchange, told how to misbehave.

``with alpaca_server() as server:`` has one account (``server.account``) with the key pair
``server.account.key_id`` / ``.secret``; ``server.exchange.add_account("PK2")`` makes more.
``server.exchange.open_market()`` fills what was queued, ``server.faults.plan(Fault(…))`` breaks
answers, ``server.seen`` is every request that arrived.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.servers.alpaca_exchange import FakeAccount, FakeExchange
from tests.servers.alpaca_faults import Fault, Faults
from tests.servers.alpaca_routes import Asked, Listing, answer
from tests.servers.serving import serving

KEY_ID = "PKFIRST0000000000001"
ExtraRoutes = Callable[[str, dict[str, str]], tuple[int, object] | None]
"""Other paths, e.g. market data: ``routes(path, query)`` answers status and JSON, or None."""


@dataclass
class AlpacaServer:
    """``url`` has no ``/v2``; ``skew`` is how far the server's clock is wrong."""

    exchange: FakeExchange = field(default_factory=FakeExchange)
    faults: Faults = field(default_factory=Faults)
    seen: list[Asked] = field(default_factory=list)
    listing: Listing = field(default_factory=Listing)
    url: str = ""
    routes: ExtraRoutes | None = None
    guard: threading.RLock = field(default_factory=threading.RLock)

    @property
    def account(self) -> FakeAccount:
        return self.exchange.accounts[KEY_ID]

    def posts(self) -> list[Asked]:
        return [asked for asked in self.seen if asked.method == "POST"]


@contextmanager
def alpaca_server(routes: ExtraRoutes | None = None) -> Iterator[AlpacaServer]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    served = AlpacaServer(routes=routes)
    served.exchange.add_account(KEY_ID)

    class Handler(_Handler):
        alpaca = served

    server = _Server(("127.0.0.1", 0), Handler)
    with serving(server) as served.url:
        yield served


class _Server(ThreadingHTTPServer):
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Silent: clients that give up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    alpaca: AlpacaServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *args: object) -> None:
        """Silent."""

    def _serve(self) -> None:
        asked = self._asked()
        fault = self.alpaca.faults.next(asked.method, asked.path)
        with self.alpaca.guard:
            self.alpaca.seen.append(asked)
            taken = fault is None or fault.taken
            status, body = self._answer(asked) if taken else (500, {"message": "not taken"})
        if fault is None:
            self._send(status, b"" if body is None else json.dumps(body).encode(), {}, 0)
        else:
            self._misbehave(fault, status, body)

    def _asked(self) -> Asked:
        parts = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        raw = self.rfile.read(length)
        return Asked(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            body=json.loads(raw) if raw else None,
            key_id=self.headers.get("APCA-API-KEY-ID", ""),
            secret=self.headers.get("APCA-API-SECRET-KEY", ""),
            raw=raw,
        )

    def _answer(self, asked: Asked) -> tuple[int, object]:
        if self.alpaca.routes is not None:
            extra = self.alpaca.routes(asked.path, asked.query)
            if extra is not None:
                return extra
        return answer(self.alpaca.exchange, self.alpaca.listing, asked)

    def _misbehave(self, fault: Fault, status: int, body: object) -> None:
        time.sleep(fault.stall_s)
        if fault.drop:
            self.close_connection = True
            return
        if fault.edit is not None:
            body = fault.edit(body)
        raw = b"" if body is None else json.dumps(body).encode()
        raw = raw if fault.body is None else fault.body
        raw = raw[: len(raw) // 2] if fault.half else raw
        with contextlib.suppress(OSError):
            self._send(fault.status or status, raw, fault.headers, fault.drip_s)

    def _send(self, status: int, raw: bytes, headers: dict[str, str], drip_s: float) -> None:
        self.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(raw)), **headers}
        for name, value in sent.items():
            self.send_header(name, value)
        if not drip_s:
            self.end_headers()
            self.wfile.write(raw)
            return
        for byte in b"".join(self._headers_buffer) + b"\r\n" + raw:
            time.sleep(drip_s)
            self.wfile.write(bytes([byte]))


def skewed(server: AlpacaServer, by: timedelta) -> None:
    """The server's clock is wrong by this much from now on."""
    server.exchange.now += by
