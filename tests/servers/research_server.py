"""What both vendors of research jobs share on loopback: jobs that last, creations counted, faults."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.serving import serving

Json = dict[str, Any]


@dataclass
class Fault:
    """One misbehaviour: ``status`` with ``body`` and ``headers``; or ``act`` stall, drop or half.

    ``taken`` faults happen after the job was made.
    """

    act: str = "answer"
    status: int = 500
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    taken: bool = False


@dataclass
class ResearchServer:
    """``creations`` are the bodies that made a job; faults are used up in order, one a request."""

    url: str = ""
    creations: list[Json] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    on_create: list[Fault] = field(default_factory=list)
    on_poll: list[Fault] = field(default_factory=list)
    on_cancel: list[Fault] = field(default_factory=list)
    polls_needed: int = 1
    """Looks at a job before it has ended; a job that never ends needs very many."""
    final: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Dialect:
    """One vendor's paths and bodies."""

    create: str
    job: str
    """Where a job is found, its id behind it."""
    body: Callable[[str, str, Json], Json]
    """Of an id, a status, and what a finished job adds."""


def http_error(status: int, words: str, **headers: str) -> Fault:
    raw = json.dumps({"error": {"code": status, "message": words}}).encode()
    return Fault(status=status, body=raw, headers=headers)


@contextmanager
def research_server(dialect: Dialect, final: Json) -> Iterator[ResearchServer]:
    served, stopped = ResearchServer(final=final), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(dialect, served, stopped))
    with serving(server) as served.url:
        try:
            yield served
        finally:
            stopped.set()


def _handler(  # noqa: C901  # one handler class, its methods counted together
    dialect: Dialect, served: ResearchServer, stopped: threading.Event
) -> type[BaseHTTPRequestHandler]:
    guard = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
            self._note()
            if self.path == dialect.create:
                self._create(body)
            elif self.path.startswith(dialect.job) and self.path.endswith("/cancel"):
                job = self.path.removeprefix(dialect.job).removesuffix("/cancel")
                with guard:
                    served.cancelled.append(job)
                self._with(served.on_cancel, dialect.body(job, "cancelled", {}))
            else:
                self._send(404, b"<html>no such page</html>", {})

        def do_GET(self) -> None:
            self._note()
            job = self.path.removeprefix(dialect.job)
            if job not in served.jobs:
                error = json.dumps({"error": {"code": 404, "message": "no such job"}}).encode()
                self._send(404, error, {})
                return
            with guard:
                served.polls.append(job)
                done = len(served.polls) >= served.polls_needed
            more = served.final if done else {}
            status = more.get("status", "in_progress")
            self._with(served.on_poll, dialect.body(job, status, more))

        def _create(self, body: Mapping[str, Any]) -> None:
            with guard:
                fault = served.on_create.pop(0) if served.on_create else None
                if fault is None or fault.taken:
                    served.creations.append(dict(body))
                    served.jobs.append(f"job-{len(served.creations)}")
            made = dialect.body(served.jobs[-1] if served.jobs else "", "queued", {})
            self._with([fault] if fault else [], made)

        def _with(self, faults: list[Fault], answer: Json) -> None:
            with guard:
                fault = faults.pop(0) if faults else None
            raw = json.dumps(answer).encode()
            if fault is None:
                self._send(200, raw, {})
            elif fault.act == "stall":
                stopped.wait(30)
            elif fault.act == "drop":
                linger = struct.pack("ii", 1, 0)  # a reset, not a polite end
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            elif fault.act == "half":
                self._send(200, raw[: len(raw) // 2], {})
            else:
                self._send(fault.status, fault.body, fault.headers)

        def _send(self, status: int, raw: bytes, headers: Mapping[str, str]) -> None:
            try:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(raw)), **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(raw)
            except OSError:
                self.close_connection = True  # the client went away, as a late one does

        def _note(self) -> None:
            with guard:
                served.headers.append({k.lower(): v for k, v in self.headers.items()})

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True  # the line was cut on purpose

        def log_message(self, *args: object) -> None:
            """Silent."""

    return Handler
