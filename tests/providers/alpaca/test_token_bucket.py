"""Our own rate limit: never more than Alpaca allows in any minute, on a clock that only the test moves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import BrokerUnavailable
from providers.alpaca.token_bucket import TokenBucket


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def bucket(time: Time, **settings: float) -> TokenBucket:
    return TokenBucket(**settings, monotonic=time.monotonic, sleep=time.sleep)


def test_no_minute_sees_more_calls_than_alpaca_allows():
    time = Time()
    calls = bucket(time)
    moments = []
    for _ in range(1_000):
        calls.take(within_s=60)
        moments.append(time.now)
    busiest = max(sum(start <= at < start + 60 for at in moments) for start in moments)
    assert 180 <= busiest <= 200


def test_a_burst_does_not_wait():
    calls = bucket(Time(), per_minute=60, burst=5)
    assert [calls.take(0) for _ in range(5)] == [0] * 5


def test_after_the_burst_each_waits_for_its_turn():
    time = Time()
    calls = bucket(time, per_minute=60, burst=1)
    calls.take(0)
    assert calls.take(within_s=5) == pytest.approx(1)
    assert calls.take(within_s=5) == pytest.approx(1)


def test_a_turn_that_comes_too_late_is_refused_and_costs_nothing():
    time = Time()
    calls = bucket(time, per_minute=60, burst=1)
    calls.take(0)
    with pytest.raises(BrokerUnavailable, match="nothing was sent"):
        calls.take(within_s=0.5)
    assert calls.take(within_s=1) == pytest.approx(1)


def test_many_threads_get_their_own_turns():
    calls = TokenBucket(per_minute=1, burst=50)

    def took(_: int) -> bool:
        try:
            return calls.take(within_s=0) == 0
        except BrokerUnavailable:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(took, range(200))) == 50
