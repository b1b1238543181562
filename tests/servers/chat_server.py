"""A server on loopback that answers what a test tells it to, misbehaviour included."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.serving import serving

EVENT_STREAM = "text/event-stream; charset=utf-8"


@dataclass
class Reply:
    """What to send: a status, a body (dict → JSON, bytes → as they are), headers, a delay in seconds.

    ``pieces`` are sent instead of a body, chunk by chunk with ``pause_s`` before each; ``cut`` then
    breaks the connection without an end. ``drop`` breaks it without any answer, ``reset`` before
    the request's body is even read. ``repeat`` sends the pieces for ever.
    """

    body: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: bool = False
    reset: bool = False
    pieces: Sequence[bytes] | None = None
    pause_s: float = 0.0
    cut: bool = False
    repeat: bool = False


@dataclass
class ChatServer:
    """What was asked so far, and how many waited for their answer at the same time at most."""

    url: str
    requests: list[dict] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    busy: int = 0
    peak: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)
    stopping: threading.Event = field(default_factory=threading.Event)


def completion(text: object, **more: object) -> dict:
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"model": "served/model-1", "choices": [choice], **more}


def chunk(delta: dict | None = None, finish: str | None = None, **more: object) -> dict:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {
        "object": "chat.completion.chunk",
        "model": "served/model-1",
        "choices": choices,
        **more,
    }


def sse(*events: object, done: bool = True) -> bytes:
    """Events as bytes: dicts as data, texts as they are."""
    said = [event if isinstance(event, str) else f"data: {json.dumps(event)}" for event in events]
    return "".join(f"{line}\n\n" for line in (*said, *(["data: [DONE]"] if done else []))).encode()


def stream(*events: object, done: bool = True, **more: object) -> Reply:
    """A reply of server-sent events, a piece an event."""
    pieces = [sse(event, done=False) for event in events]
    pieces += [sse()] if done else []
    return Reply(pieces=pieces, headers={"Content-Type": EVENT_STREAM}, **more)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: ChatServer
    answer: Callable[[dict, int], Reply]
    early: Callable[[int], Reply | None]

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        with self.served.guard:
            number = len(self.served.requests)
        early = type(self).early(number)
        if early is not None and early.reset:
            with self.served.guard:
                self.served.requests.append({})
            self.close_connection = True
            self.connection.close()
            return
        self._serve(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def _serve(self, body: dict) -> None:
        served = self.served
        with served.guard:
            number = len(served.requests)
            served.requests.append(body)
            served.headers.append(dict(self.headers))
            served.paths.append(self.path)
            served.busy += 1
            served.peak = max(served.peak, served.busy)
        try:
            reply = type(self).answer(body, number)
            served.stopping.wait(reply.delay_s)
        finally:  # before anything is sent: who has an answer may ask again at once
            with served.guard:
                served.busy -= 1
        try:
            self._reply(reply)
        except OSError:
            self.close_connection = True  # the client went away first

    def _reply(self, reply: Reply) -> None:
        if reply.drop:
            self.close_connection = True
            self.connection.close()
        elif reply.pieces is not None:
            self._send_pieces(reply)
        else:
            raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self._head(reply, {"Content-Type": "application/json", "Content-Length": str(len(raw))})
            self.wfile.write(raw)

    def _head(self, reply: Reply, headers: dict[str, str]) -> None:
        self.send_response_only(reply.status)
        for name, value in {**headers, "Connection": "close", **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True

    def _send_pieces(self, reply: Reply) -> None:
        self._head(reply, {"Transfer-Encoding": "chunked"})
        while not self.served.stopping.is_set():
            for piece in reply.pieces or ():
                self.served.stopping.wait(reply.pause_s)
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            if not reply.repeat:
                break
        if not reply.cut:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *args: object) -> None:
        """Silent."""


@contextmanager
def chat_server(
    answer: Callable[[dict, int], Reply], early: Callable[[int], Reply | None] = lambda number: None
) -> Iterator[ChatServer]:
    """Serve ``answer(request body, number of the request from 0)`` on a free port.

    ``early`` may decide before the body is read (only ``reset``).
    """
    served = ChatServer("")
    members = {"served": served, "answer": staticmethod(answer), "early": staticmethod(early)}
    handler = type("Handler", (_Handler,), members)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with serving(server) as address:
        served.url = f"{address}/v1"
        try:
            yield served
        finally:
            served.stopping.set()
