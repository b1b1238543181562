"""Few tries a peer, not many in all, by a clock that is given."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from core.clock import FixedClock
from pages.http.attempts import A_PEER, IN_ALL, WINDOW, Attempts, site

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def attempts(clock):
    return Attempts(clock)


def test_a_peer_has_a_few_tries_and_then_waits_for_the_first_to_be_old(attempts, clock):
    assert [attempts.wait("1.2.3.4") for _ in range(A_PEER)] == [0] * A_PEER
    assert attempts.wait("1.2.3.4") == WINDOW.total_seconds()
    assert attempts.wait("1.2.3.5") == 0
    clock.move_to(NOW + WINDOW - timedelta(seconds=1))
    assert attempts.wait("1.2.3.4") == 1
    clock.move_to(NOW + WINDOW)
    assert attempts.wait("1.2.3.4") == 0


def test_waiting_costs_no_try(attempts, clock):
    for _ in range(A_PEER * 3):
        attempts.wait("1.2.3.4")
    clock.move_to(NOW + WINDOW)
    assert [attempts.wait("1.2.3.4") for _ in range(A_PEER)] == [0] * A_PEER


def test_many_addresses_have_not_many_tries_either(attempts, clock):
    given = [attempts.wait(f"10.0.{n // 250}.{n % 250}") for n in range(IN_ALL + 1)]
    assert given[:IN_ALL] == [0] * IN_ALL
    assert given[IN_ALL] > 0
    clock.move_to(NOW + WINDOW)
    assert attempts.wait("10.9.9.9") == 0


def test_a_right_password_forgets_its_own_peers_tries_alone(attempts):
    for peer in ("1.2.3.4", "1.2.3.5"):
        for _ in range(A_PEER):
            attempts.wait(peer)
    attempts.right("1.2.3.4")
    assert attempts.wait("1.2.3.4") == 0
    assert attempts.wait("1.2.3.5") > 0


def test_tries_at_once_are_counted_one_by_one(attempts):
    with ThreadPoolExecutor(16) as threads:
        waits = list(threads.map(lambda _: attempts.wait("1.2.3.4"), range(64)))
    assert waits.count(0) == A_PEER


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::2:3", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:1.2.3.4", "1.2.3.4", True),
        ("1.2.3.4", "1.2.3.5", False),
        (None, "nonsense", True),
    ],
)
def test_whoever_chooses_the_rest_of_an_address_counts_as_one(one, other, same):
    assert (site(one) == site(other)) is same
