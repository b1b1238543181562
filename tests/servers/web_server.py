"""The web app's routes behind its middleware on a real socket, without Streamlit."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.http.headers import middleware
from pages.http.routes import routes


@contextmanager
def web_server() -> Iterator[str]:
    """Its address; ``/…`` that is no route of ours answers ``a page``, as Streamlit would."""
    anything = Route("/{path:path}", lambda _request: PlainTextResponse("a page"))
    app = Starlette(routes=[*routes(), anything], middleware=middleware())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the server did not start"
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
