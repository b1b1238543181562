"""A strategy's own rule on a desk: asked at a week's last close, it speaks once, and an alert follows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from core.alert_policy import AlertRules
from core.desk.capital import Transfer, withdraw
from core.desk.strategy_rule import ends_week, judge, record
from core.desk.strategy_switch import is_on, newest_word, strategy_stream, switch_off, switch_on
from core.events import ALL_EVENTS
from core.rules.alert_context import AlertContext
from core.rules.alerts import alerts_of
from core.strategy import EQUITY, SwitchOffRule
from core.types import StreamId
from storage.event_store import open_store
from storage.serialization import EventRegistry
from tests.contract.market_data import CALENDAR
from tests.fakes.strategies import ACCOUNT, OPENED, account_opened, equity_spec, marked

TUESDAY = date(2026, 9, 8)
RULE = SwitchOffRule(weeks_behind=3, return_below_pct=-15)


@pytest.fixture
def store():
    opened = open_store("sqlite://", registry=EventRegistry(ALL_EVENTS))
    account_opened(opened)
    yield opened
    opened.close()


def at(session: date):
    return OPENED + (session - OPENED.date())


def strategy(**changes):
    spec = equity_spec(**{"switch_off": RULE, **changes})
    return SimpleNamespace(
        name=EQUITY,
        spec=spec,
        account_id=ACCOUNT,
        stream=lambda part: StreamId(f"strategy/{EQUITY}/{part}"),
    )


def asked(store, session: date, **changes) -> str | None:
    desk = SimpleNamespace(store=store, calendar=CALENDAR)
    return judge(desk, strategy(**changes), session, at(session))


def fell_behind(store, weeks: int) -> date:
    """``weeks`` in a row at the same equity while the benchmark rose."""
    for number in range(weeks + 1):
        marked(store, TUESDAY + timedelta(weeks=number), "100000", str(500 + 5 * number))
    return TUESDAY + timedelta(weeks=weeks)


def test_a_week_ends_on_its_last_session():
    assert ends_week(CALENDAR, TUESDAY)
    assert not ends_week(CALENDAR, TUESDAY + timedelta(days=1))


def test_it_is_switched_off_once_with_its_numbers(store):
    last = fell_behind(store, 3)
    assert asked(store, last) == "behind SPY for 3 weeks in a row; 3 switch it off"
    word = newest_word(store, EQUITY)
    assert (word.by, word.cause) == ("rule", "underperformed")
    assert not is_on(store, equity_spec())
    assert asked(store, last) is None
    assert store.head(strategy_stream(EQUITY)).version == 1


def test_within_a_week_nothing_is_judged(store):
    last = fell_behind(store, 3)
    assert asked(store, last + timedelta(days=1)) is None


@pytest.mark.parametrize("changes", [{"switch_off": None}, {"enabled": False}])
def test_without_a_rule_or_while_it_is_off_nothing_is_said(store, changes):
    assert asked(store, fell_behind(store, 3), **changes) is None
    assert newest_word(store, EQUITY) is None


def test_switched_on_again_it_is_not_switched_off_for_the_old_weeks(store):
    last = fell_behind(store, 3)
    asked(store, last)
    switch_on(store, equity_spec(), "one more try", "ada", at(last + timedelta(days=1)))
    marked(store, last + timedelta(weeks=1), "99000", "530")
    assert asked(store, last + timedelta(weeks=1)) is None


def test_money_taken_out_is_no_loss(store):
    marked(store, TUESDAY, "100000", "500")
    withdraw(
        store,
        equity_spec(),
        Transfer(Decimal(50_000), "enough", "ada"),
        at(TUESDAY) + timedelta(days=1),
    )
    later = TUESDAY + timedelta(weeks=1)
    marked(store, later, "51000", "500")
    assert [one.growth for one in record(store, strategy())] == pytest.approx([1.0, 1.02])
    assert asked(store, later) is None


def test_the_rules_word_raises_an_alert_and_a_persons_does_not(store):
    asked(store, fell_behind(store, 3))
    switch_on(store, equity_spec(), "again", "ada", at(date(2026, 10, 1)))
    switch_off(store, equity_spec(), "enough", "ada", at(date(2026, 10, 2)))
    context = AlertContext(AlertRules(), {}, None)
    rows = list(store.read(strategy_stream(EQUITY)))
    (alert,) = [one for row in rows for one in alerts_of(row, context)]
    assert alert.kind == "strategy_off"
    assert "behind SPY for 3 weeks in a row" in alert.body
    silent = AlertContext(AlertRules(strategies=False), {}, None)
    assert not [one for row in rows for one in alerts_of(row, silent)]
