"""A model vendor on loopback: answers any POST as a test tells it, byte by byte if need be."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.serving import serving


@dataclass
class Told:
    """What to send: ``pieces`` in chunks with ``pause_s`` between them, then an end or a broken line.

    ``drop`` closes the connection: ``before`` a byte is sent, or ``after`` the pieces.
    """

    pieces: Sequence[bytes]
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    pause_s: float = 0.0
    drop: str = ""


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: dict


@dataclass
class VendorServer:
    url: str
    asked: list[Asked] = field(default_factory=list)


def plain(body: object, status: int = 200, **more: str) -> Told:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Told([raw], status, **more)


def events(*data: object, named: bool = False, **more: object) -> Told:
    """Server-sent events, each a piece of its own; ``named`` by their type as Anthropic does."""
    pieces = []
    for item in data:
        name = f"event: {item['type']}\n" if named else ""
        pieces.append(f"{name}data: {json.dumps(item)}\n\n".encode())
    return Told(pieces, kind="text/event-stream; charset=utf-8", **more)


@contextmanager
def vendor_server(answer: Callable[[Asked, int], Told]) -> Iterator[VendorServer]:
    """Serve ``answer(what was asked, number of the request from 0)`` on a free port."""
    served, stopped = VendorServer(""), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served, answer, stopped))
    with serving(server) as served.url:
        try:
            yield served
        finally:
            stopped.set()


def _handler(
    served: VendorServer, answer: Callable[[Asked, int], Told], stopped: threading.Event
) -> type[BaseHTTPRequestHandler]:
    guard = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.path, headers, body)
            with guard:
                number = len(served.asked)
                served.asked.append(asked)
            try:
                self._send(answer(asked, number))
            except OSError:
                self.close_connection = True  # the client went away, as a late one does

        def _send(self, told: Told) -> None:
            if told.drop == "before":
                self._hang_up()
                return
            self.send_response(told.status)
            headers = {"Content-Type": told.kind, "Transfer-Encoding": "chunked", **told.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in told.pieces:
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                stopped.wait(told.pause_s)
            if told.drop == "after":
                self._hang_up()
                return
            self.wfile.write(b"0\r\n\r\n")

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *args: object) -> None:
            """Silent."""

    return Handler
