"""Every route of the web app beside Streamlit's own."""

from __future__ import annotations

from starlette.routing import BaseRoute

from pages.http import health, login, metrics, report, share_routes
from pages.http.api.routes import routes as api


def routes() -> list[BaseRoute]:
    own = (health, metrics, login, share_routes, report)
    parts = [*(module.routes() for module in own), api()]
    return [route for part in parts for route in part]
