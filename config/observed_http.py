"""The scheduler's own small web server: `/metrics` and `/healthz`, in threads beside its work."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from orjson import dumps
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import Engine

from core.clock import Clock, SystemClock
from core.errors import BadInput, StoreUnusable
from storage.engine import PoolSettings, file_of
from storage.event_store import SqlEventStore
from storage.metrics import LogMetrics
from storage.queries.health import health_report, is_led, serves
from storage.queries.reader import StoreReader

LOOPBACK = "127.0.0.1"
SLOWEST_CLIENT_S = 10.0
log = logging.getLogger(__name__)


@contextmanager
def serve(
    store: SqlEventStore,
    port: int,
    *,
    host: str = LOOPBACK,
    pool: PoolSettings | None = None,
    clock: Clock | None = None,
) -> Iterator[int]:
    """Answers until the block ends; gives the port, a free one for 0. BadInput when it is taken.

    ``/metrics``, and ``/healthz`` (also ``/health``, ``/api/health``): 200 while the store answers
    and somebody leads, 503 otherwise. ``/livez`` asks nobody.
    """
    reader = StoreReader(store.engine, _still_there(store.engine))
    desk = _Watched(reader, pool or PoolSettings(), clock or SystemClock())
    server = _listening(desk, host, port)
    thread = threading.Thread(
        target=server.serve_forever, args=(0.1,), name="observed", daemon=True
    )
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _still_there(engine: Engine) -> Callable[[], bool]:
    """True while the store's file is the one that was opened; StoreUnusable once it is not.

    A process that has a file open reads and writes on when it is deleted or replaced: all is well
    for it, and lost for everybody else.
    """
    file = file_of(engine.url)
    opened = None if file is None else file.stat().st_ino

    def there() -> bool:
        if file is not None and not (file.exists() and file.stat().st_ino == opened):
            raise StoreUnusable(f"store {file} was deleted or replaced: stop, and restore it")
        return True

    return there


def _listening(desk: _Watched, host: str, port: int) -> _Server:
    try:
        return _Server(desk, host, port)
    except OSError as error:
        raise BadInput(
            f"port {port} on {host} cannot be used for metrics ({error.strerror}): "
            "set PORT_SCHEDULER to a free one"
        ) from error


class _Watched:
    """What is answered, whoever asks."""

    def __init__(self, reader: StoreReader, pool: PoolSettings, clock: Clock) -> None:
        self._reader = reader
        self._pool = pool
        self._clock = clock
        self._metrics = LogMetrics(reader, clock)

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        match path.rstrip("/"):
            case "/metrics":
                return HTTPStatus.OK, CONTENT_TYPE_LATEST, self._metrics.render()
            case "/healthz" | "/health" | "/api/health":
                return self._health()
            case "/livez":
                return HTTPStatus.OK, "text/plain; charset=utf-8", b"ok"
            case _:
                return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not found"

    def _health(self) -> tuple[HTTPStatus, str, bytes]:
        report = health_report(self._reader, self._pool, self._clock.now())
        sound = serves(report) and is_led(report)
        status = HTTPStatus.OK if sound else HTTPStatus.SERVICE_UNAVAILABLE
        return status, "application/json", dumps(report)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, desk: _Watched, host: str, port: int) -> None:
        self.desk = desk
        super().__init__((host, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no fault; the rest is logged, and the scheduler goes on."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            log.error("a request of %s failed", client_address, exc_info=error)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "desk", ""
    timeout = SLOWEST_CLIENT_S

    def do_GET(self) -> None:
        status, kind, body = self.server.desk.answer(urlsplit(self.path).path)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        log.debug(format, *args)
