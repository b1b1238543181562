"""The web app's routes behind its middleware on a real socket, without Streamlit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.http.headers import middleware
from pages.http.routes import routes
from tests.servers.serving import free_port, serving_app


@contextmanager
def web_server() -> Iterator[str]:
    """Its address; ``/…`` that is no route of ours answers ``a page``, as Streamlit would."""
    anything = Route("/{path:path}", lambda _request: PlainTextResponse("a page"))
    app = Starlette(routes=[*routes(), anything], middleware=middleware())
    port = free_port()
    with serving_app(app, port):
        yield f"http://127.0.0.1:{port}"
