"""The report's addresses: a share link to it and nothing else, and the week's for readers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from config.settings import load_settings
from config.signing import made_signer
from config.tokens import share_token
from core.clock import SystemClock
from core.desk.sharing import create_share, revoke_share
from core.events.access import ShareLinkOpened
from pages.http import report, share_routes
from pages.http.headers import middleware
from pages.report.render import header_policy
from tests.fakes.stored_weeks import open_desk, write_week
from tests.fakes.week import WEEK

NOW = SystemClock().now()


@pytest.fixture
def get():
    """A GET against the routes behind the middleware, from this machine unless ``host`` says other."""
    app = Starlette(routes=[*report.routes(), *share_routes.routes()], middleware=middleware())

    def ask(path, host="localhost", **headers):
        async def once():
            transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 5))
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(once())

    return ask


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    write_week(store_at)
    return store_at


def token(store, page="report", at=NOW, days=30):
    settings = load_settings(store=str(store.engine.url))
    made = create_share(store, page, WEEK, days, ("operator", at))
    return share_token(made_signer(settings), made.share_id), made.share_id


def test_a_link_to_the_report_opens_it_under_a_policy_without_any_script(get, desk):
    answer = get(f"/r/{token(desk)[0]}")
    assert answer.status_code == 200
    assert "Week of Wed 18 Nov 2026" in answer.text
    assert answer.headers["content-security-policy"] == header_policy()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


def test_the_short_link_leads_to_the_report_and_makes_nobody_a_guest(get, desk):
    word, _ = token(desk)
    answer = get(f"/s/{word}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/r/{word}")
    assert "set-cookie" not in answer.headers


def test_opening_it_is_noted(get, desk):
    word, share_id = token(desk)
    get(f"/r/{word}")
    noted = [desk.decode(row) for row in desk.read_all(types=[ShareLinkOpened.__name__])]
    assert [one.share_id for one in noted] == [share_id]


def test_a_link_to_a_page_opens_no_report(get, desk):
    assert get(f"/r/{token(desk, 'week')[0]}").status_code == 403


@pytest.mark.parametrize("word", ["x", "a.b", "%00", "x" * 3_000])
def test_a_forged_link_is_one_line(get, desk, word):
    answer = get(f"/r/{word}")
    assert (answer.status_code, answer.text.count("\n")) == (403, 1)


def test_a_link_that_is_over_or_taken_back_opens_nothing(get, desk):
    old, _ = token(desk, at=NOW - timedelta(days=3), days=1)
    assert get(f"/r/{old}").status_code == 410
    word, share_id = token(desk)
    revoke_share(desk, share_id, "operator", NOW)
    assert get(f"/r/{word}").status_code == 410


def test_readers_open_any_week_by_its_date(get, desk):
    answer = get("/report/2026-11-20")
    assert "Week of Wed 18 Nov 2026" in answer.text
    assert answer.headers["content-security-policy"] == header_policy()


@pytest.mark.parametrize("week", ["2019-01-02", "next", "2026-13-01"])
def test_a_week_that_is_none_is_one_line(get, desk, week):
    answer = get(f"/report/{week}")
    assert (answer.status_code, answer.text.count("\n")) == (404, 1)


def test_a_stranger_reads_no_report(get, desk):
    assert get("/report/2026-11-18", **{"X-Forwarded-For": "1.2.3.4"}).status_code == 401
