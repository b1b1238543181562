"""Before the first request: the web app does not start where it would be open by mistake."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

from config.binding import refuse_open_binding
from config.settings import Settings
from config.signing import made_signer
from core.errors import CouncilError
from pages.http.keys import passwords
from pages.http.store import web_settings

EVERYWHERE = ""


class StartGuard:
    """ASGI middleware: answers the server's question whether to start; says no in one line.

    It asks for the address of Streamlit's configuration, so it holds for ``streamlit run`` as well
    as for ``cli.py up``. Then it makes the signing key, and tells Streamlit which hosts are ours.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = refusal() if scope["type"] == "lifespan" else None
        if line is None:
            await self._app(scope, receive, send)
            return
        await receive()  # the server's ``lifespan.startup``
        await send({"type": "lifespan.startup.failed", "message": f"refused to start: {line}"})


def refusal() -> str | None:
    """Why this process must not start; None where it may."""
    try:
        settings = web_settings()
    except CouncilError:  # the pages say what is wrong; nobody but this machine's person comes in
        return None
    address = config.get_option("server.address") or EVERYWHERE
    try:
        refuse_open_binding(address, settings.access, passwords=bool(passwords()))
        made_signer(settings)
    except CouncilError as error:
        return str(error)
    for name, value in streamlit_options(settings).items():
        config.set_option(name, value)
    return None


def streamlit_options(settings: Settings) -> Mapping[str, object]:
    """What Streamlit must know of hosts, so that it asks no server elsewhere which are its own."""
    options: dict[str, object] = {"server.allowedHosts": list(settings.access.allowed_hosts)}
    if settings.public_base_url is not None:
        options["browser.serverAddress"] = urlsplit(settings.public_base_url).hostname
    return options


def start_guard() -> list[Middleware]:
    return [Middleware(StartGuard)]
