"""Two weeks of two schedulers in a storm: nothing is lost, nothing twice, and every slot has its ending."""

from __future__ import annotations

import pytest

from tests.chaos.weather import Weather, brave

pytestmark = pytest.mark.timeout(400)
SEED = 6


def test_two_schedulers_in_a_storm_send_every_order_once_and_end_every_slot(tmp_path):
    after = brave(Weather(seed=SEED, weeks=2), tmp_path)
    print(after.table())  # noqa: T201 - the seed and the numbers are asked for
    assert after.found.wrong == []
    assert after.died == []
    assert after.found.duplicates == after.found.lost == 0
    assert after.found.at_exchange >= 5
    assert after.found.leaders >= 5
    assert after.found.outcomes["done"] > after.found.outcomes.total() / 2
