"""Who asks: the matrix of peer, host, forwarding headers, origin and credentials."""

from __future__ import annotations

from datetime import date

import pytest

from core.access import Grant, Role, Visitor, only_operator, only_reader
from core.errors import NotAllowed
from core.types import week_of
from pages.http.access import PUBLIC, SESSION_COOKIE, SHARE_COOKIE, Door, visitor_of
from pages.http.asked import Asked, asked_with, is_loopback
from tests.pages.conftest import HERE

WEEK = week_of(date(2026, 11, 18))
LOGGED_IN = Visitor(Role.OPERATOR, "operator")
READS = Visitor(Role.VIEWER, "viewer")
GUEST = Visitor(Role.GUEST, "guest of a1", (Grant("week", WEEK),))
DOOR = Door(
    operators=frozenset({"boss@desk.example"}),
    viewers=frozenset({"eye@desk.example"}),
    session={"o": LOGGED_IN, "v": READS}.get,
    bearer={"o": LOGGED_IN, "v": READS}.get,
    share={"g": GUEST}.get,
)
LOOPBACKS = ("127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1")
PEERS = ("192.168.1.7", "100.64.0.2", "::ffff:10.0.0.1", "fe80::1", "", "testclient", None)
OWN_HOSTS = ("localhost", "localhost:8200", "127.0.0.1:8200", "[::1]:8200", "LocalHost.:8200")
HOSTS = ("evil.example", "localhost.evil.example:8200", "0.0.0.0:8200", "192.168.1.7", "a@localhost",
         "localhost/x", "localhost:x", "", "127.0.0.1.nip.io")  # fmt: skip
FORWARDED = (
    ("Forwarded", "for=127.0.0.1"),
    ("X-Forwarded-For", "127.0.0.1"),
    ("x-forwarded-host", "localhost"),
    ("X-Forwarded-Proto", "https"),
    ("X-Real-IP", "127.0.0.1"),
    ("X-Real-IP", ""),
    ("Via", "1.1 proxy"),
    ("Tailscale-User-Login", "boss@desk.example"),
    ("Tailscale-Anything", ""),
    ("CF-Connecting-IP", "127.0.0.1"),
)


def role(peer="127.0.0.1", host="localhost:8200", *more, door=DOOR, cookies=None, email=None):
    headers = [("Host", host), *more] if host is not None else list(more)
    return visitor_of(asked_with(peer, headers, cookies or {}, email), door).role


@pytest.mark.parametrize("peer", LOOPBACKS)
@pytest.mark.parametrize("host", OWN_HOSTS)
def test_somebody_at_this_machine_is_its_operator(peer, host):
    assert role(peer, host) is Role.OPERATOR


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("host", ["localhost:8200", *HOSTS])
def test_a_peer_from_elsewhere_is_a_stranger_whatever_host_it_names(peer, host):
    assert role(peer, host) is Role.STRANGER


@pytest.mark.parametrize("host", [*HOSTS, None])
def test_a_foreign_host_name_is_a_stranger_even_from_this_machine(host):
    assert role("127.0.0.1", host) is Role.STRANGER


def test_two_hosts_are_none():
    assert role("127.0.0.1", "localhost", ("host", "localhost")) is Role.STRANGER


@pytest.mark.parametrize("header", FORWARDED)
def test_any_forwarding_header_makes_a_stranger(header):
    assert role("127.0.0.1", "localhost:8200", header) is Role.STRANGER


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:8200", Role.OPERATOR),
        ("http://localhost:3000", Role.STRANGER),
        ("http://127.0.0.1:8200", Role.STRANGER),
        ("http://evil.example", Role.STRANGER),
        ("null", Role.STRANGER),
    ],
)
def test_what_another_origins_page_asks_is_not_asked_by_the_person(origin, expected):
    assert role("127.0.0.1", "localhost:8200", ("Origin", origin)) is expected


def test_read_only_makes_viewers_of_everybody_but_the_person_at_this_machine():
    public = Door(public_read_only=True)
    assert visitor_of(Asked("192.168.1.7", (("host", "desk"),)), public) == PUBLIC
    assert (
        role("127.0.0.1", "localhost", ("X-Forwarded-For", "1.2.3.4"), door=public) is Role.VIEWER
    )
    assert role(door=public) is Role.OPERATOR


@pytest.mark.parametrize(
    ("token", "expected"), [("o", Role.OPERATOR), ("v", Role.VIEWER), ("x", Role.STRANGER)]
)
def test_a_bearer_token_decides_alone_wherever_it_comes_from(token, expected):
    for peer in ("127.0.0.1", "192.168.1.7"):
        assert role(peer, "desk", ("Authorization", f"Bearer {token}")) is expected
        assert role(peer, "localhost", ("Authorization", f"bearer {token}")) is expected


@pytest.mark.parametrize("value", ["Basic bzpv", "Bearer", "Bearer ", "o", ""])
def test_an_authorization_of_another_kind_is_no_way_in_and_no_way_back_to_the_person(value):
    assert role("127.0.0.1", "localhost", ("Authorization", value)) is Role.STRANGER


def test_two_tokens_are_none():
    twice = ("Authorization", "Bearer o"), ("Authorization", "Bearer o")
    assert role("127.0.0.1", "localhost", *twice) is Role.STRANGER


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ({SESSION_COOKIE: "o"}, Role.OPERATOR),
        ({SESSION_COOKIE: "v"}, Role.VIEWER),
        ({SESSION_COOKIE: "forged"}, Role.STRANGER),
        ({SHARE_COOKIE: "g"}, Role.GUEST),
        ({SHARE_COOKIE: "forged"}, Role.STRANGER),
        ({SESSION_COOKIE: "o", SHARE_COOKIE: "g"}, Role.OPERATOR),
        ({SESSION_COOKIE: "forged", SHARE_COOKIE: "g"}, Role.GUEST),
        ({"other": "o"}, Role.STRANGER),
    ],
)
def test_cookies_open_from_elsewhere_and_a_login_comes_before_a_share_link(cookies, expected):
    forwarded = ("X-Forwarded-For", "1.2.3.4")
    assert role("127.0.0.1", "desk", forwarded, cookies=cookies) is expected
    assert role("192.168.1.7", "desk", cookies=cookies) is expected


def test_a_share_link_narrows_the_person_at_this_machine_and_the_public():
    assert role(cookies={SHARE_COOKIE: "g"}) is Role.GUEST
    public = Door(public_read_only=True, share=DOOR.share)
    assert role("192.168.1.7", "desk", door=public, cookies={SHARE_COOKIE: "g"}) is Role.GUEST


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("boss@desk.example", Role.OPERATOR),
        ("BOSS@desk.example", Role.OPERATOR),
        ("eye@desk.example", Role.VIEWER),
        ("boss@desk.example.evil", Role.STRANGER),
        ("", Role.STRANGER),
        (None, Role.STRANGER),
    ],
)
def test_an_identity_provider_lets_in_who_is_listed(email, expected):
    assert role("192.168.1.7", "desk", email=email) is expected


def test_a_guest_opens_one_page_of_one_week():
    other = week_of(date(2026, 11, 11))
    assert GUEST.may_open("week")
    assert not GUEST.may_open("audit")
    assert GUEST.may_see("week", WEEK)
    assert not GUEST.may_see("week", other)
    assert not GUEST.may_see("audit", WEEK)
    assert GUEST.granted_week == WEEK
    assert LOGGED_IN.granted_week is None


@pytest.mark.parametrize("who", [READS, GUEST, Visitor(Role.STRANGER, "x")])
def test_only_an_operator_steers(who):
    assert only_operator(LOGGED_IN) is LOGGED_IN
    with pytest.raises(NotAllowed, match=f"a {who.role} may not"):
        only_operator(who)


@pytest.mark.parametrize("who", [GUEST, Visitor(Role.STRANGER, "x")])
def test_only_operators_and_viewers_read_everything(who):
    assert only_reader(READS) is READS
    with pytest.raises(NotAllowed, match=f"a {who.role} may not"):
        only_reader(who)


def test_the_facts_of_the_tests_own_visitor_are_local():
    assert HERE.is_local
    assert is_loopback("127.0.0.1")
    assert not is_loopback("not an address")
