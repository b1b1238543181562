"""A chat service on loopback for Apprise's ``json://``: takes messages, or is down in three ways."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.serving import free_port, serving

TAKES, HANGS, ANSWERS_500, REFUSES = "takes", "hangs", "answers 500", "refuses"


@dataclass
class AlertServer:
    """``mood`` is how it behaves now; ``taken`` the messages it took, ``asked`` requests seen."""

    port: int
    mood: str = TAKES
    taken: list[dict] = field(default_factory=list)
    asked: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/hooks/tok-4711-secret"

    def titles(self) -> list[str]:
        return [message["title"] for message in self.taken]


@contextmanager
def alert_server(mood: str = TAKES) -> Iterator[AlertServer]:
    """On a free port; `REFUSES` closes the port until the mood changes and `opened` is asked for."""
    served = AlertServer(free_port(), mood)
    try:
        yield served
    finally:
        served.released.set()


@contextmanager
def listening(served: AlertServer) -> Iterator[None]:
    """The port is open for the block; outside it connections are refused."""
    server = ThreadingHTTPServer(("127.0.0.1", served.port), _handler(served))
    with serving(server):
        try:
            yield
        finally:
            served.released.set()
    served.released.clear()


def _handler(served: AlertServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            served.asked += 1
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if served.mood == HANGS:
                served.released.wait(30)
                return
            if served.mood == TAKES:
                served.taken.append(body)
            self.send_response(200 if served.mood == TAKES else 500)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Silent."""

    return Handler
