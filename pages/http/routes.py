"""Every route of the web app beside Streamlit's own."""

from __future__ import annotations

from starlette.routing import BaseRoute

from pages.http import health, login, metrics, share_routes
from pages.http.api.routes import routes as api


def routes() -> list[BaseRoute]:
    parts = (health.routes(), metrics.routes(), login.routes(), share_routes.routes(), api())
    return [route for part in parts for route in part]
