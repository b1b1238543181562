"""A chat-completions server on loopback that answers what a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Reply:
    """What to send: a status, a body (dict → JSON, bytes → as they are), headers, a delay in seconds."""

    body: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: bool = False


@dataclass
class ChatServer:
    url: str
    requests: list[dict] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


def completion(text: str, **more: object) -> dict:
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"model": "served/model-1", "choices": [choice], **more}


@contextmanager
def chat_server(answer: Callable[[dict, int], Reply]) -> Iterator[ChatServer]:
    """Serve ``answer(request body, number of the request from 0)`` on a free port."""
    served = ChatServer("")
    guard = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with guard:
                number = len(served.requests)
                served.requests.append(body)
                served.headers.append(dict(self.headers))
            reply = answer(body, number)
            time.sleep(reply.delay_s)
            if reply.drop:
                self.connection.close()
                return
            raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(raw)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
