"""The pages in a real browser: deep links, light and dark, a phone, hostile text, nothing from outside."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect


def brightness(page):
    """0 dark to 255 light, of the app's background."""
    colour = page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    parts = colour[colour.index("(") + 1 : colour.index(")")].split(",")[:3]
    return sum(float(part) for part in parts) / 3


def test_a_fresh_server_opens_a_week_by_its_address(opened, simulated_app):
    page = opened(f"{simulated_app}/week?week=2026-09-09")
    expect(page.locator("h1")).to_have_text("Week of Wed 9 Sep 2026")
    expect(page.get_by_text("SIMULATED prices").first).to_be_visible()
    expect(page).to_have_title("Week · LLM Trading Council")


def test_the_overview_draws_its_figures_and_charts(opened, simulated_app):
    page = opened(simulated_app)
    expect(page.get_by_test_id("stMetric")).to_have_count(4)
    expect(page.get_by_test_id("stVegaLiteChart").locator("svg, canvas").first).to_be_visible()
    heights = {
        round(page.get_by_test_id("stMetric").nth(place).bounding_box()["height"])
        for place in range(4)
    }
    assert len(heights) == 1


def test_the_overview_leads_to_the_week(opened, simulated_app):
    page = opened(simulated_app)
    page.get_by_role("link", name="Read the whole week").click()
    expect(page.locator("h1")).to_have_text("Week of Wed 30 Sep 2026")
    assert "/week?week=2026-09-30" in page.url


def test_another_week_is_chosen_and_the_address_follows(opened, simulated_app):
    page = opened(f"{simulated_app}/week")
    page.get_by_role("combobox", name="Week").click()
    page.get_by_role("option", name="Wed 16 Sep 2026").click()
    expect(page.locator("h1")).to_have_text("Week of Wed 16 Sep 2026")
    expect(page).to_have_url(f"{simulated_app}/week?week=2026-09-16")


@pytest.mark.parametrize(("scheme", "light"), [("light", True), ("dark", False)])
def test_one_theme_is_light_and_dark(opened, simulated_app, page, scheme, light):
    page.emulate_media(color_scheme=scheme)
    opened(f"{simulated_app}/week")
    assert (brightness(page) > 128) is light


@pytest.mark.parametrize("path", ["", "/week"])
def test_a_phone_needs_no_sideways_scrolling(opened, simulated_app, page, path):
    page.set_viewport_size({"width": 390, "height": 844})
    opened(f"{simulated_app}{path}")
    expect(page.locator("h1")).to_be_visible()
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390


def test_hostile_text_makes_no_picture_no_link_and_no_request(opened, hostile_app):
    page = opened(f"{hostile_app}/week")
    for place in range(page.get_by_test_id("stExpander").count()):
        page.get_by_test_id("stExpander").nth(place).locator("summary").click()
    page.wait_for_timeout(500)
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text("evil.example").first).to_be_visible()
    assert main.locator("a[href*=evil]").count() == 0
    assert main.locator("img").count() == 0
    assert main.locator("a[href^=mailto]").count() == 0
    expect(main.get_by_text(":\u2060material/delete:").first).to_be_visible()
    assert page.locator("script:has-text('alert(1)')").count() == 0


def test_an_empty_store_shows_words(opened, empty_app):
    page = opened(empty_app)
    expect(page.get_by_text("This desk has no week yet")).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(0)


def test_headers_and_health_come_from_the_real_server(simulated_app):
    page = httpx.get(simulated_app)
    assert "script-src 'self' 'sha256-" in page.headers["content-security-policy"]
    assert httpx.get(f"{simulated_app}/_stcore/metrics").status_code == 404
    assert httpx.get(f"{simulated_app}/livez").text == "ok"
    assert "trading_agent_latency_seconds_count" in httpx.get(f"{simulated_app}/metrics").text
    health = httpx.get(f"{simulated_app}/api/health").json()
    assert (health["status"], health["database"]["status"]) == ("ok", "ok")


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 101), ("evil.example", 403)])
def test_a_page_is_only_spoken_to_under_its_own_host_name(simulated_app, host, status):
    """The pages' words travel over the socket: a foreign name that resolves here gets none."""
    place = urlsplit(simulated_app)
    ask = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}:{place.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", place.port), timeout=10) as wire:
        wire.sendall(ask.encode())
        answer = wire.recv(200).decode(errors="replace")
    assert answer.startswith(f"HTTP/1.1 {status}")
