"""Who gets in, in a real browser: a login and its end, a share link and its end, read-only pages."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from config.settings import load_settings
from config.signing import key_file, made_signer
from config.tokens import share_link
from core.clock import SystemClock
from core.desk.sharing import id_at, revoke_share
from core.desk.writing import append_one, new_event
from core.events.access import ShareLinkCreated, ShareLinkOpened
from core.types import StreamId, WeekId
from pages.http.store import STORE_VARIABLE
from storage.jobs import open_for_commands
from storage.passes import create_share
from tests.e2e.conftest import web_app
from tests.fakes.passwords import CANARY, cheap_hash
from tests.fakes.stored_weeks import simulated_store
from tests.fixture_files import ROOT
from tests.servers.serving import free_port

SOON = 30_000
NAME = "desk.localhost"
"""Chromium takes it for this machine; the desk, for a name from elsewhere."""
WEEK, OTHER = WeekId("2026-09-09"), WeekId("2026-09-02")
CLOCK = SystemClock()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """(address under the foreign name, address on this machine, store's URL, log file)."""
    folder = tmp_path_factory.mktemp("guarded")
    url = f"sqlite:///{folder / 'desk.db'}"
    simulated_store(url, weeks=3)
    password = {"OPERATOR_PASSWORD_HASH": cheap_hash(), "LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"}
    with web_app(url, folder, ALLOWED_HOSTS=NAME, **password) as address:
        port = urlsplit(address).port
        yield f"http://{NAME}:{port}", address, url, folder / f"web-{port}.log"


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    folder = tmp_path_factory.mktemp("public")
    url = f"sqlite:///{folder / 'desk.db'}"
    simulated_store(url, weeks=2)
    with web_app(url, folder, ALLOWED_HOSTS=NAME, PUBLIC_READ_ONLY="true") as address:
        yield f"http://{NAME}:{urlsplit(address).port}"


@pytest.fixture
def store(desk):
    opened = open_for_commands(desk[2])
    yield opened
    opened.close()


@pytest.fixture
def went(page):
    """The page at an address, its script at rest."""

    def go(address: str):
        page.goto(address)
        page.wait_for_selector('[data-testid=stApp][data-test-script-state="notRunning"]')
        page.locator("h1").first.wait_for(timeout=SOON)
        return page

    return go


def link_to(desk, store, week=WEEK, days=1):
    """A new link under the foreign name, and its id."""
    settings = load_settings(store=desk[2])
    made = create_share(store, ("week", week), days, "operator", CLOCK)
    link = share_link(settings, made_signer(settings), made.share_id)
    return desk[0] + urlsplit(link).path, made.share_id


def test_a_password_opens_the_page_that_was_asked_for_and_a_logout_closes_every_tab(went, desk):
    page = went(f"{desk[0]}/week?week={WEEK}")
    expect(page.get_by_text("not open to everybody")).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    page.get_by_role("link", name="Log in with the password").click(timeout=5_000)
    page.get_by_label("Password").fill("something else")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("This is not the password.")
    page.get_by_label("Password").fill(CANARY)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("h1")).to_have_text("Week of Wed 9 Sep 2026", timeout=SOON)
    [cookie] = [one for one in page.context.cookies() if one["name"] == "council_session"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert page.evaluate("document.cookie").count("council") == 0
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Operations").click()
    expect(page.get_by_role("button", name="Disable trading")).to_be_visible(timeout=SOON)
    kept = {"council_session": cookie["value"]}
    assert httpx.get(f"{desk[1]}/metrics", headers={"Host": NAME}, cookies=kept).status_code == 200

    other = page.context.new_page()
    other.goto(f"{desk[0]}/login")
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_label("Password")).to_be_visible()
    page.get_by_placeholder("kept with the event").fill("still here")
    page.get_by_role("button", name="Disable trading").click()
    expect(page.get_by_text("not open to everybody")).to_be_visible(timeout=SOON)
    assert httpx.get(f"{desk[1]}/metrics", headers={"Host": NAME}, cookies=kept).status_code == 401


def test_a_share_link_opens_its_page_and_nothing_else(went, desk, store):
    link, share_id = link_to(desk, store)
    page = went(link)
    expect(page.locator("h1")).to_have_text("Week of Wed 9 Sep 2026")
    assert page.url == f"{desk[0]}/week?week={WEEK}"
    for path in ("", f"/week?week={OTHER}", "/operations"):
        page = went(desk[0] + path)
        expect(page.locator("h1")).to_have_text("Week of Wed 9 Sep 2026", timeout=SOON)
        expect(page.get_by_role("combobox", name="Week")).to_have_count(0)
        inside = page.locator("a[href]").evaluate_all(
            "all => all.map(one => new URL(one.href).pathname).filter(path => path !== '/week')"
        )
        assert inside == []
        assert page.get_by_role("dialog").count() == 0
        assert page.get_by_role("button", name="Disable trading").count() == 0
    opened = store.read_all(types=[ShareLinkOpened.__name__])
    assert [row.payload["share_id"] for row in opened] == [share_id]


def test_a_link_that_is_taken_back_closes_the_page_that_is_open(went, desk, store):
    link, share_id = link_to(desk, store)
    page = went(link)
    expect(page.locator("h1")).to_have_text("Week of Wed 9 Sep 2026")
    revoke_share(store, share_id, "operator", CLOCK.now())
    page = went(f"{desk[0]}/week?week={WEEK}")
    expect(page.get_by_text("this share link was taken back")).to_be_visible()
    answer = httpx.get(desk[1] + urlsplit(link).path, headers={"Host": NAME})
    assert (answer.status_code, answer.text.count("\n")) == (410, 1)


def test_a_link_ends_by_itself(went, desk, store):
    stream = StreamId("system/shares")
    share_id = id_at(stream, store.head(stream).version + 1)
    made = ShareLinkCreated(
        share_id=share_id, page="week", week_id=WEEK, by="operator",
        expires_at=datetime.now(UTC) + timedelta(seconds=8),
    )  # fmt: skip
    append_one(store, stream, new_event(stream, made, [share_id], CLOCK.now()))
    settings = load_settings(store=desk[2])
    path = urlsplit(share_link(settings, made_signer(settings), share_id)).path
    page = went(desk[0] + path)
    expect(page.locator("h1")).to_have_text("Week of Wed 9 Sep 2026")
    page.wait_for_timeout(8_000)
    page = went(f"{desk[0]}/week")
    expect(page.get_by_text("not open to everybody")).to_be_visible()
    assert httpx.get(desk[1] + path, headers={"Host": NAME}).status_code == 410


def test_a_forged_link_is_one_line(desk, store):
    link, _ = link_to(desk, store)
    path = urlsplit(link).path
    for forged in (path[:-1], path[:-2] + "AA", "/s/x", "/s/" + "a" * 5_000):
        answer = httpx.get(desk[1] + forged, headers={"Host": NAME})
        assert (answer.status_code, answer.text.count("\n")) == (403, 1)
        assert "set-cookie" not in answer.headers


def test_read_only_pages_show_everything_and_no_control(went, public):
    page = went(public)
    expect(page.get_by_test_id("stMetric")).to_have_count(4)
    nav = page.get_by_test_id("stSidebarNav")
    nav.get_by_role("link", name="Operations").click()
    expect(page.locator("h1")).to_have_text("Operations", timeout=SOON)
    expect(page.get_by_text("Kill switch")).to_be_visible()
    main = page.get_by_test_id("stMain")
    assert main.get_by_role("textbox").count() == 0
    buttons = [one for one in main.get_by_role("button").all_inner_texts() if one.strip()]
    assert buttons == []
    answer = httpx.post(f"{public.replace(NAME, '127.0.0.1')}/login", headers={"Host": NAME})
    assert answer.status_code == 403


def test_no_secret_is_in_a_log_or_in_the_store(desk, store):
    for password, status in (("something else", 401), (CANARY, 303)):
        form = httpx.post(
            f"{desk[1]}/login", headers={"Origin": desk[1]}, data={"password": password}
        )
        assert form.status_code == status
    link, _ = link_to(desk, store)
    key = key_file(load_settings(store=desk[2])).read_bytes()
    token = link.rpartition("/")[2]
    folder = Path(desk[2].removeprefix("sqlite:///")).parent
    files = [*(file for file in folder.glob("desk.db*") if file.is_file()), desk[3]]
    kept = b"".join(file.read_bytes() for file in files)
    for secret in (CANARY.encode(), b"$argon2", key, key.hex().encode(), token.encode()):
        assert secret not in kept
    assert b"was refused" in desk[3].read_bytes()


def test_open_to_a_network_without_a_login_it_says_why_and_does_not_start(tmp_path):
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py")]
    options = ["--server.address=0.0.0.0", f"--server.port={free_port()}"]
    named = ["--browser.serverAddress=127.0.0.1"]  # else Streamlit asks elsewhere for its address
    own = {STORE_VARIABLE: f"sqlite:///{tmp_path / 'desk.db'}"}
    done = subprocess.run(
        [*command, *options, *named],
        cwd=tmp_path, env={**os.environ, **own}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "refused to start: address 0.0.0.0 is open to a network" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout
