"""Yahoo Finance on loopback, and yfinance's own client led there: its parsing runs as it is installed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from yfinance.data import SingletonMeta, YfData


@dataclass
class YahooServer:
    """``modules`` and ``quotes`` by ticker as ``quoteSummary`` and ``quote`` give them; ``streams`` of news.

    ``status`` is what every question is answered with, but those for a crumb.
    """

    modules: dict[str, dict] = field(default_factory=dict)
    quotes: dict[str, dict] = field(default_factory=dict)
    streams: dict[str, list] = field(default_factory=dict)
    status: int = 200
    paths: list[str] = field(default_factory=list)

    def answer(self, path: str, body: dict) -> object:
        kind, _, ticker = path.rpartition("/")
        if kind.endswith("quoteSummary"):
            return {"quoteSummary": {"result": _listed(self.modules.get(ticker)), "error": None}}
        if path.endswith("/v7/finance/quote"):
            return {"quoteResponse": {"result": list(self.quotes.values()), "error": None}}
        if path.endswith("/xhr/ncp"):
            (wanted,) = body["serviceConfig"]["s"]
            return {"data": {"tickerStream": {"stream": self.streams.get(wanted, [])}}}
        return {"timeseries": {"result": [{"meta": {}}], "error": None}}


def _listed(found: dict | None) -> list[dict]:
    return [] if found is None else [dict(found)]


@contextmanager
def yahoo_server() -> Iterator[YahooServer]:
    """Whatever yfinance asks in this process is asked of the server, until the end of the block."""
    served = YahooServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    session = requests.Session()
    session.mount("https://", _Here(f"http://127.0.0.1:{server.server_port}"))
    SingletonMeta._instances.pop(YfData, None)
    YfData(session=session)
    try:
        yield served
    finally:
        SingletonMeta._instances.pop(YfData, None)
        server.shutdown()
        server.server_close()


class _Here(HTTPAdapter):
    """Sends what is meant for Yahoo to the server on loopback."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        asked = urlsplit(str(request.url))
        request.url = f"{self._url}{asked.path or '/'}?{asked.query}"
        return super().send(request, *args, **kwargs)


def _handler(served: YahooServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path in {"/", "/v1/test/getcrumb"}:
                self._send(b"crumb", 200)
                return
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else {}
            served.paths.append(path)
            self._send(json.dumps(served.answer(path, body)).encode(), served.status)

        def do_POST(self) -> None:
            self.do_GET()

        def _send(self, body: bytes, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Silence."""

    return Handler
