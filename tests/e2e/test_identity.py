"""A login by an identity provider, in a real browser: the role of one's address, none, and its end."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from core.desk.trading_switch import is_disabled
from core.events import ALL_EVENTS
from storage.event_store import open_store
from storage.jobs import open_for_commands
from storage.projections import ALL_PROJECTIONS
from storage.serialization import EventRegistry
from tests.e2e.conftest import web_app
from tests.fakes.stored_weeks import open_desk, write_week
from tests.fixture_files import ROOT
from tests.servers.openid_server import CLIENT_ID, CLIENT_SECRET, openid_server

SOON = 30_000
NAME = "desk.localhost"
BOSS, EYE = "boss@desk.example", "eye@desk.example"
COOKIE_SECRET = "canary-Cookie-5Tn8-never-in-a-log"
AUTH = """[auth]
redirect_uri = "http://{name}:{{port}}/oauth2callback"
cookie_secret = "{cookie_secret}"
client_id = "{client_id}"
client_secret = "{client_secret}"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider():
    with openid_server() as served:
        yield served


@pytest.fixture(scope="module")
def desk(tmp_path_factory, provider):
    """(address under a foreign name, folder with store and log, store's URL)."""
    folder = tmp_path_factory.mktemp("identity")
    _checkout(folder, provider.url)
    url = f"sqlite:///{folder / 'desk.db'}"
    _store_with_a_week(url)
    own = {
        "COUNCIL_ROOT": str(folder), "ALLOWED_HOSTS": NAME, "LOG_FORMAT": "json",
        "LOG_LEVEL": "DEBUG", "OPERATOR_EMAILS": BOSS, "VIEWER_EMAILS": EYE,
    }  # fmt: skip
    with web_app(url, folder, **own) as address:
        yield f"http://{NAME}:{urlsplit(address).port}", folder, url


def _checkout(folder: Path, provider: str) -> None:
    """A root of its own: the project's configuration and this provider's secrets."""
    (folder / "config").symlink_to(ROOT / "config")
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").symlink_to(ROOT / ".streamlit" / "config.toml")
    secrets = AUTH.format(
        name=NAME, provider=provider, cookie_secret=COOKIE_SECRET,
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET,
    )  # fmt: skip
    (folder / ".streamlit" / "secrets.toml").write_text(secrets)


def _store_with_a_week(url: str) -> None:
    store = open_store(url, registry=EventRegistry(ALL_EVENTS), projections=ALL_PROJECTIONS)
    open_desk(store)
    write_week(store)
    store.close()


@pytest.fixture
def come_as(page, desk, provider):
    """``come_as(claims…)``: the page ``at`` after a click on its login, its script at rest."""

    def come(at: str = "", **claims: object):
        provider.person = claims
        page.goto(f"{desk[0]}{at}")
        button = page.get_by_role("button", name="Log in with your organisation")
        with page.expect_response(lambda answer: "/oauth2callback" in answer.url):
            button.click(timeout=SOON)
        page.wait_for_load_state()
        page.wait_for_selector('[data-testid=stApp][data-test-script-state="notRunning"]')
        return page

    return come


def test_the_operators_address_steers_and_its_name_is_on_record(come_as, desk):
    page = come_as(sub="1", email=BOSS.title(), email_verified=True)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Operations").click(timeout=SOON)
    page.get_by_placeholder("kept with the event").fill("an audit")
    page.get_by_role("button", name="Disable trading").click()
    expect(page.get_by_role("button", name="Enable trading")).to_be_visible(timeout=SOON)
    store = open_for_commands(desk[2])
    assert is_disabled(store).by == BOSS
    store.close()


def test_a_viewers_address_reads_without_controls_and_takes_the_report_along(come_as, desk):
    page = come_as(sub="2", email=EYE, email_verified=True)
    expect(page.get_by_text("You read as eye")).to_be_visible(timeout=SOON)
    page.goto(f"{desk[0]}/operations")
    expect(page.locator("h1")).to_have_text("Operations", timeout=SOON)
    expect(page.get_by_text("Kill switch")).to_be_visible(timeout=SOON)
    assert page.get_by_test_id("stMain").get_by_role("textbox").count() == 0
    page.goto(f"{desk[0]}/week")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Report to print or send").click(timeout=SOON)
    assert b"Week of" in Path(taken.value.path()).read_bytes()


def test_the_login_ends_on_the_page_where_it_began_with_its_choices(come_as, desk):
    page = come_as("/audit?type=NoteAdded", sub="2", email=EYE, email_verified=True)
    expect(page.locator("h1")).to_have_text("Audit", timeout=SOON)
    assert page.url == f"{desk[0]}/audit?type=NoteAdded"
    kept = {cookie["name"] for cookie in page.context.cookies()}
    assert "council_came_from" not in kept


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"email": "who@else.example", "email_verified": True}, "does not know"),
        ({"email": BOSS, "email_verified": False}, "without vouching"),
        ({"email": BOSS}, "without vouching"),
    ],
)
def test_an_address_that_is_unknown_or_unproven_opens_nothing(come_as, desk, claims, said):
    page = come_as(sub="3", **claims)
    expect(page.get_by_text(said)).to_be_visible(timeout=SOON)
    page.goto(f"{desk[0]}/operations")
    expect(page.get_by_text(said)).to_be_visible(timeout=SOON)
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    assert page.get_by_role("textbox").count() == 0
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in with your organisation")).to_be_visible(
        timeout=SOON
    )


def test_a_logout_ends_it_here_and_at_the_provider(come_as, desk, provider):
    page = come_as(sub="2", email=EYE, email_verified=True)
    before = len(provider.ended)
    page.get_by_role("button", name="Log out").click(timeout=SOON)
    expect(page.get_by_text("not open to everybody")).to_be_visible(timeout=SOON)
    assert provider.ended[before:] == [f"{desk[0]}/oauth2callback"]
    assert not [one for one in page.context.cookies() if one["name"].startswith("_streamlit_user")]


def test_a_refusal_of_the_provider_leads_back_to_the_entrance(come_as):
    expect(come_as().get_by_text("Log in to see it")).to_be_visible(timeout=SOON)


def test_no_secret_of_the_provider_is_in_a_log_in_the_store_or_on_a_page(come_as, desk, provider):
    page = come_as(sub="1", email=BOSS, email_verified=True)
    page.goto(f"{desk[0]}/settings")
    expect(page.locator("h1")).to_have_text("Settings", timeout=SOON)
    shown = page.content()
    files = [file for file in desk[1].iterdir() if file.is_file()]
    kept = b"".join(file.read_bytes() for file in files).decode("latin-1")
    assert [one for one in (CLIENT_SECRET, COOKIE_SECRET, "canary-") if one in shown + kept] == []
    assert [one for one in ("oauth2callback?", "code=", "id_token") if one in kept] == []
    assert "oauth2callback" in kept
