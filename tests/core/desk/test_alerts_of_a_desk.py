"""Alerts of a desk that really ran: every payload is read as it is written, every sum agrees."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest

from core.clock import FixedClock
from core.desk.alert_delivery import deliver
from core.desk.alerts import alert_desk, raise_alerts
from core.events.alerts import AlertRaised
from core.rules.ledger import equity
from core.schemas.alert import AlertKind
from tests.fakes.alerts import FakeNotifier, policy
from tests.fakes.desks import Bench, bench, on, rules_settings

FIRST, LAST = "2024-01-03", "2024-01-16"


@pytest.fixture(scope="module")
def ran() -> Bench:
    made = bench(rules_settings(), at=on(FIRST, "06:00"))
    made.simulate(FIRST, LAST)
    return made


@pytest.fixture(scope="module")
def alerts(ran: Bench) -> list[AlertRaised]:
    accounts = {one.account_id: one.name for one in ran.desk.policy.accounts}
    council = ran.desk.policy.profile.council_account
    told = policy(oldest_hours=168)
    clock = FixedClock(on("2024-01-08", "06:00"))  # the first look is within the first week
    desk = alert_desk(ran.store, told, accounts, council, clock)
    raise_alerts(desk)
    asyncio.run(deliver(desk, FakeNotifier()))
    return ran.events(AlertRaised)


def test_each_week_s_decision_and_each_session_s_mark_is_told_once(alerts):
    kinds = Counter(alert.kind for alert in alerts)
    assert kinds[AlertKind.WEEK_DECIDED] == 2
    assert kinds[AlertKind.DAILY_SUMMARY] == 9  # 15 January is Martin Luther King's day
    assert len({alert.alert_id for alert in alerts}) == len(alerts)


def test_a_desk_without_faults_tells_of_none(alerts):
    calm = {AlertKind.WEEK_DECIDED, AlertKind.DAILY_SUMMARY, AlertKind.POSITION_CHANGE}
    assert {alert.kind for alert in alerts} <= calm


def test_the_days_of_an_account_add_up_to_what_it_made(ran, alerts):
    days = [alert for alert in alerts if alert.kind is AlertKind.DAILY_SUMMARY]
    for account in ran.desk.policy.accounts:
        lines = [_line(alert, account.account_id) for alert in days]
        equities = [Decimal(re.search(r"\$([\d,.]+),", line)[1].replace(",", "")) for line in lines]
        changes = [
            Decimal(found[2].replace(",", "")) * (-1 if found[1] == "−" else 1)
            for found in (re.search(r"([+−])\$([\d,.]+) ", line) for line in lines[1:])
        ]
        assert abs(equities[-1] - equities[0] - sum(changes)) <= Decimal("0.01") * len(days)


def test_the_last_equity_told_is_the_ledger_s_at_the_last_mark(ran, alerts):
    last = [alert for alert in alerts if alert.kind is AlertKind.DAILY_SUMMARY][-1]
    after = on(LAST).date() + timedelta(days=1)
    for account in ran.desk.policy.accounts:
        book = ran.desk.books.book(account.account_id)
        value = equity(book.ledger, ran.desk.marks.before(after))
        assert f"${value:,.2f}" in _line(last, account.account_id)


def _line(alert: AlertRaised, account: str) -> str:
    return next(line for line in alert.body.splitlines() if f"({account})" in line)
