"""A provider's login ends on the page where it began, and never on another site's."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Route

from pages.http.coming_back import BEGINS, COOKIE, ENDS
from pages.http.headers import middleware

HERE = "http://localhost:8200"
OUT = "https://provider.example/authorize"


@pytest.fixture
def browser():
    """``browser(path, referer=…, cookie=…)``: the answer of Streamlit's own routes behind ours."""
    routes = [
        Route(BEGINS, lambda _request: RedirectResponse(OUT, status_code=302)),
        Route(ENDS, lambda _request: RedirectResponse("/", status_code=302)),
    ]
    app = Starlette(routes=routes, middleware=middleware())

    def ask(path, **headers):
        async def once():
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
                return await client.get(path, headers=headers)

        return asyncio.run(once())

    return ask


def kept(answer) -> str:
    """The cookie as the browser sends it back."""
    return answer.headers["set-cookie"].partition(";")[0]


@pytest.mark.parametrize(
    ("page", "leads_to"),
    [
        (f"{HERE}/operations", "/operations"),
        (f"{HERE}/week?week=2026-11-18&tab=a%20b", "/week?week=2026-11-18&tab=a%20b"),
        (f"{HERE}/", "/"),
        (f"{HERE}/login?next=/x", "/"),
        (f"{HERE}/auth/logout", "/"),
        (f"{HERE}/oauth2callback?code=1", "/"),
        (f"{HERE}//evil.example", "/"),
        (f"{HERE}/\\evil.example", "/"),
        ("http://evil.example/operations", "/"),
        ("http://localhost:8200@evil.example/operations", "/"),
        ("http://localhost:1/operations", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_it_ends_where_it_began(browser, page, leads_to):
    begun = browser(BEGINS, referer=page)
    assert begun.headers["location"] == OUT
    ended = browser(ENDS, cookie=kept(begun))
    assert ended.headers["location"] == leads_to
    assert f'{COOKIE}=""' in ended.headers["set-cookie"]


@pytest.mark.parametrize(
    "written",
    [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "%2Flogout",
        "%0d%0a",
    ],
)
def test_a_cookie_somebody_wrote_leads_to_the_front_page(browser, written):
    assert browser(ENDS, cookie=f"{COOKIE}={written}").headers["location"] == "/"


def test_the_cookie_is_for_the_way_back_alone(browser):
    said = browser(BEGINS, referer=f"{HERE}/operations").headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", f"Path={ENDS}", "Max-Age=600"):
        assert part in said
    assert "Secure" not in said
    tls = browser(BEGINS, referer=f"{HERE}/operations", **{"x-forwarded-proto": "https"})
    assert "Secure" in tls.headers["set-cookie"]


def test_without_a_page_remembered_nothing_is_changed(browser):
    ended = browser(ENDS)
    assert ended.headers["location"] == "/"
    assert "set-cookie" not in ended.headers
