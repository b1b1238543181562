"""Somebody is asked for a word on a week's orders, and told when nobody gave one."""

from __future__ import annotations

from core.desk.opening import open_desk
from core.events.alerts import AlertRaised
from core.types import StoreKind
from scheduler import job_tools
from tests.fakes.desks import bench, on
from tests.fakes.manual_desks import manual
from tests.fakes.workers import EARLY, WEEK, settings_in, telling, worker


def test_a_proposal_and_its_expiry_are_told(tmp_path):
    made = bench(manual(settings_in(tmp_path)), at=EARLY, kind=StoreKind.REAL)
    open_desk(made.desk, EARLY)
    at_work = worker(made, teller=telling(made), tools=lambda desk: job_tools(made.settings, desk))
    for wall in ("08:01", "08:02", "11:01", "11:02", "11:03"):
        made.at(on(WEEK, wall))
        at_work.tick()
    told = {event.kind: event for event in made.events(AlertRaised)}
    assert "waits for your approval until" in told["approval_asked"].title
    assert "BUY" in told["approval_asked"].body or "SELL" in told["approval_asked"].body
    assert "nothing is traded" in told["approval_expired"].body
