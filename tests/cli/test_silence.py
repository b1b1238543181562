"""Whoever still lives tells that the scheduler fell silent."""

from __future__ import annotations

import time

from storage.leases import Lease
from tests.cli.conftest import opened_at


def led(store, seconds_ago: float) -> None:
    """A leader whose last sign lies so far back, and who never said goodbye."""
    opened = opened_at(store)
    lease = Lease(opened.engine, holder="lost/1/a", now=lambda: time.time() - seconds_ago)
    assert lease.renew() is not None
    opened.close()


def test_a_leader_that_fell_silent_is_told_of_once(council, tmp_path):
    store = tmp_path / "desk.db"
    led(store, 600)
    for _ in range(2):
        assert "last sign of the scheduler" in council("alerts", "watch", "--store", store).out
    told = council("alerts", "list", "--store", store, "--json").json
    assert [one["kind"] for one in told] == ["no_heartbeat"]


def test_a_leader_that_lives_and_a_desk_nobody_leads_are_no_alert(council, tmp_path):
    store = tmp_path / "desk.db"
    opened_at(store).close()
    assert "nobody leads; 0 alerts" in council("alerts", "watch", "--store", store).out
    led(store, 5)
    council("alerts", "watch", "--store", store)
    assert council("alerts", "list", "--store", store, "--json").json == []
