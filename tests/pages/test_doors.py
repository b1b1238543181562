"""The routes over real sockets: hosts, origins, logins, tokens, share links, and what each opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from config.settings import load_settings
from config.signing import made_signer
from config.tokens import pass_token, share_token
from core.access import Role
from core.clock import FixedClock, SystemClock
from core.events.access import PassIssued, PassKind
from core.types import WeekId
from pages.http import access, keys
from pages.http import store as http_store
from pages.http.attempts import A_PEER, Attempts
from storage.passes import create_share, end_pass, issue_token, revoke_share
from tests.fakes.passwords import CANARY, cheap_hash
from tests.fakes.stored_weeks import open_desk, write_week
from tests.servers.web_server import web_server

NAME = "desk.example"
AWAY = {"Host": NAME, "X-Forwarded-For": "203.0.113.9"}
FORM = "application/x-www-form-urlencoded"
WEEK = WeekId("2026-11-18")
CLOCK = SystemClock()
CACHES = (http_store._settings, access._door, keys._passwords, keys.attempts)


def forget():
    for cache in CACHES:
        cache.cache_clear()


@pytest.fixture
def desk(store_at, monkeypatch):
    """A desk with a password, known as desk.example too."""
    monkeypatch.setenv("OPERATOR_PASSWORD_HASH", cheap_hash())
    monkeypatch.setenv("VIEWER_PASSWORD_HASH", cheap_hash("for those who only look"))
    monkeypatch.setenv("ALLOWED_HOSTS", NAME)
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://council.example")
    forget()
    open_desk(store_at)
    write_week(store_at)
    yield store_at
    forget()


@pytest.fixture
def ask(desk):
    """``ask("GET", "/metrics", **headers)`` on a real socket; nothing is followed."""
    with web_server() as address, httpx.Client(base_url=address) as client:

        def send(method, path, headers=(), **more):
            return client.request(method, path, headers=dict(headers), **more)

        send.host = urlsplit(address).netloc
        yield send


def enter(ask, password=CANARY, host=NAME, **more):
    headers = {**AWAY, "Origin": f"http://{host}", "Content-Type": FORM, **more}
    return ask("POST", "/login", headers, content=f"password={password}&next=/week%3Fweek%3D{WEEK}")


def cookie_of(answer, name="council_session"):
    return answer.headers["set-cookie"].partition(f"{name}=")[2].partition(";")[0]


def reads(ask, **headers):
    """Whether the metrics are open."""
    return ask("GET", "/metrics", {**AWAY, **headers}).status_code


def test_health_is_everybodys_and_metrics_are_not(ask):
    for path in ("/livez", "/healthz", "/health", "/api/health"):
        assert ask("GET", path, {"Host": "10.1.2.3:8200"}).status_code == 200
    assert ask("GET", "/metrics").status_code == 200
    refused = ask("GET", "/metrics", AWAY)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json() == {"error": "a stranger may not read this: log in as operator or viewer"}


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.nip.io", "", "desk.example@evil", "x y"]
)
def test_a_foreign_host_is_told_so_and_no_route_is_asked(ask, host):
    for method, path in (
        ("GET", "/"),
        ("GET", "/metrics"),
        ("POST", "/api/jobs"),
        ("GET", "/login"),
    ):
        answer = ask(method, path, {"Host": host})
        assert answer.status_code in {400, 421}, (method, path)
    assert "x-content-type-options" in ask("GET", "/", {"Host": "evil.example"}).headers


ORIGINS = [
    None,
    "null",
    "http://evil.example",
    "https://127.0.0.1",
    "file://",
    "http://desk.example.evil",
]


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_whatever_changes_something_needs_our_own_origin(ask, method, origin):
    headers = {"Content-Type": "application/json", **({"Origin": origin} if origin else {})}
    for path in ("/api/jobs", "/login", "/logout", "/anything"):
        assert ask(method, path, headers, content=b"{}").status_code == 403, path


@pytest.mark.parametrize(
    "kind", ["", "text/plain", FORM, "application/jsonp", "multipart/form-data"]
)
def test_a_post_that_is_no_json_is_refused_also_from_our_own_pages(ask, kind):
    headers = {"Origin": f"http://{ask.host}", "Content-Type": kind}
    assert ask("POST", "/api/jobs", headers, content=b"{}").status_code == 415


def test_the_login_takes_a_form_alone(ask):
    assert enter(ask, **{"Content-Type": "application/json"}).status_code == 415


def test_our_own_origin_may_ask_and_the_public_one_may_after_a_login(ask):
    def job(origin, **more):
        return ask("POST", "/api/jobs", {"Origin": origin, **more}, json={"kind": "rebuild"})

    assert job(f"http://{ask.host}").status_code == 202
    assert job("https://council.example").status_code == 401
    cookie = cookie_of(enter(ask))
    known = job("https://council.example", Cookie=f"council_session={cookie}", **AWAY)
    assert known.status_code == 202


def test_a_password_becomes_a_cookie_that_scripts_and_other_sites_never_see(ask):
    answer = enter(ask)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/week?week={WEEK}")
    given = answer.headers["set-cookie"]
    for words in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"):
        assert words in given
    assert "Secure" not in given
    assert reads(ask, Cookie=f"council_session={cookie_of(answer)}") == 200
    over_tls = enter(ask, **{"X-Forwarded-Proto": "https", "Origin": "https://council.example"})
    assert "Secure" in over_tls.headers["set-cookie"]


def test_a_viewers_password_reads_and_steers_nothing(ask):
    cookie = cookie_of(enter(ask, "for+those+who+only+look"))
    assert reads(ask, Cookie=f"council_session={cookie}") == 200
    headers = {**AWAY, "Cookie": f"council_session={cookie}", "Origin": f"http://{NAME}"}
    answer = ask("POST", "/api/jobs", headers, json={"kind": "rebuild"})
    assert (answer.status_code, "a viewer may not" in answer.text) == (403, True)


def test_a_wrong_password_sets_nothing_and_after_a_few_it_waits(ask, monkeypatch):
    clock = FixedClock(datetime(2026, 11, 21, 15, 0, tzinfo=UTC))
    attempts = Attempts(clock)
    monkeypatch.setattr("pages.http.login.attempts", lambda: attempts)
    for _ in range(A_PEER):
        answer = enter(ask, "wrong")
        assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    limited = enter(ask)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "900")
    assert "wait 15 minutes" in limited.text
    assert enter(ask, **{"X-Forwarded-For": "203.0.113.10"}).status_code == 303
    clock.move_to(clock.now() + timedelta(minutes=15))
    assert enter(ask).status_code == 303


@pytest.mark.parametrize(
    ("after", "leads"),
    [
        ("/audit?event=x", "/audit?event=x"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "a" * 600, "/"),
        ("", "/"),
    ],
)
def test_a_login_leads_back_into_the_desk_alone(ask, after, leads):
    headers = {**AWAY, "Origin": f"http://{NAME}"}
    answer = ask("POST", "/login", headers, data={"password": CANARY, "next": after})
    assert (answer.status_code, answer.headers["location"]) == (303, leads)


def test_the_form_shows_what_it_was_given_as_text_and_a_long_one_is_not_read(ask):
    shown = ask("GET", "/login?next=/%22><script>alert(1)</script>", AWAY).text
    assert "<script>" not in shown
    assert 'type="password"' in shown
    headers = {**AWAY, "Origin": f"http://{NAME}", "Content-Type": FORM}
    assert ask("POST", "/login", headers, content=b"password=" + b"x" * 20_000).status_code == 413


def test_a_logout_ends_every_copy_of_the_cookie(ask, desk):
    cookie = {"Cookie": f"council_session={cookie_of(enter(ask))}"}
    headers = {**AWAY, **cookie, "Origin": f"http://{NAME}", "Content-Type": FORM}
    answer = ask("POST", "/logout", headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert reads(ask, **cookie) == 401


def test_no_changed_cookie_is_a_login(ask):
    cookie = cookie_of(enter(ask))
    for place in range(0, len(cookie) - 1, 5):
        forged = cookie[:place] + ("A" if cookie[place] != "A" else "B") + cookie[place + 1 :]
        assert reads(ask, Cookie=f"council_session={forged}") == 401
    for forged in ("", "operator", cookie[:-1], cookie + cookie):
        assert reads(ask, Cookie=f"council_session={forged}") == 401


def test_a_token_of_one_kind_is_none_of_another(ask, desk):
    signer = made_signer(load_settings(store=str(desk.engine.url)))
    made = create_share(desk, ("week", WEEK), 1, "boss", CLOCK)
    shared = share_token(signer, made.share_id)
    bot = issue_token(desk, (Role.VIEWER, "bot"), 1, CLOCK)
    token = pass_token(signer, PassKind.TOKEN, Role.VIEWER, "", bot.pass_id)
    raised = pass_token(signer, PassKind.TOKEN, Role.OPERATOR, "", bot.pass_id)
    cookie = cookie_of(enter(ask))
    assert reads(ask, Authorization=f"Bearer {token}") == 200
    for wrong in (shared, cookie, raised, bot.pass_id):
        assert reads(ask, Authorization=f"Bearer {wrong}") == 401
    for wrong in (shared, token, raised):
        assert reads(ask, Cookie=f"council_session={wrong}") == 401
    for wrong in (cookie, token):
        assert ask("GET", f"/s/{wrong}", AWAY).status_code == 403
    end_pass(desk, bot.pass_id, "boss", CLOCK)
    assert reads(ask, Authorization=f"Bearer {token}") == 401


def test_a_login_ends_by_itself_and_with_its_password(ask, desk, monkeypatch):
    cookie = {"Cookie": f"council_session={cookie_of(enter(ask))}"}
    later = FixedClock(CLOCK.now() + timedelta(hours=12))
    with monkeypatch.context() as patch:
        patch.setattr(keys, "CLOCK", later)
        assert reads(ask, **cookie) == 401
    assert reads(ask, **cookie) == 200
    monkeypatch.setenv("OPERATOR_PASSWORD_HASH", cheap_hash("another password altogether"))
    forget()
    assert reads(ask, **cookie) == 401


def test_a_share_link_is_a_redirect_a_cookie_and_nothing_more(ask, desk):
    signer = made_signer(load_settings(store=str(desk.engine.url)))
    made = create_share(desk, ("week", WEEK), 1, "boss", CLOCK)
    path = f"/s/{share_token(signer, made.share_id)}"
    answer = ask("GET", path, AWAY)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/week?week={WEEK}")
    cookie = {"Cookie": f"council_share={cookie_of(answer, 'council_share')}"}
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert reads(ask, **cookie) == 401 or reads(ask, **cookie) == 403
    headers = {**AWAY, **cookie, "Origin": f"http://{NAME}"}
    for method, target in (
        ("GET", "/api/weeks"),
        ("GET", "/api/events"),
        ("GET", "/api/openapi.json"),
    ):
        assert ask(method, target, headers).status_code == 403
    assert ask("POST", "/api/jobs", headers, json={"kind": "rebuild"}).status_code == 403
    revoke_share(desk, made.share_id, "boss", CLOCK)
    assert ask("GET", path, AWAY).status_code == 410
    assert ask("GET", path, AWAY).text == "this share link was taken back: ask for a new one\n"


def test_a_page_of_a_named_host_may_read_the_api_and_no_other_origin_may(ask):
    def allowed(origin):
        answer = ask("GET", "/api/weeks", {"Origin": origin})
        return answer.headers.get("access-control-allow-origin")

    assert allowed(f"http://{NAME}:3000") == f"http://{NAME}:3000"
    assert allowed("https://council.example") == "https://council.example"
    for origin in ("http://evil.example", "http://localhost:3000", "http://127.0.0.1:9", "null"):
        assert allowed(origin) is None
    asked = ask("OPTIONS", "/api/weeks", {"Origin": f"http://{NAME}:3000"})
    assert (asked.status_code, "POST" in asked.headers["access-control-allow-methods"]) == (
        204,
        False,
    )
    # Its pages are not the person at this machine, whoever's browser they run in.
    assert ask("GET", "/api/weeks", {"Origin": f"http://{NAME}:3000"}).status_code == 401


def test_what_is_on_record_of_a_login_is_its_id_alone(ask, desk):
    cookie = cookie_of(enter(ask))
    [row] = desk.read_all(types=[PassIssued.__name__])
    assert row.payload["by"] == "operator"
    assert CANARY not in str(row)
    assert cookie not in str(row)
    assert cookie.startswith(row.payload["pass_id"])
