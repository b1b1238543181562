"""What operations ask of a store: the switch, alerts, the breaker as it measures, and a person's word."""

from __future__ import annotations

from decimal import Decimal

import pytest

from config.settings import load_settings
from core.clock import SystemClock
from core.desk.breaker_meter import BreakerMeter
from core.errors import BadInput
from core.schemas.breaker import Cause
from storage import control
from storage.jobs import open_for_commands
from storage.queries import StoreReader
from storage.queries.alerts import listed_alerts
from storage.queries.breaker import BreakerBoard
from storage.queries.schedule import pause
from storage.queries.trading import trading_stop
from tests.fakes import busy_desks as busy
from tests.fakes.stored_weeks import open_desk, simulated_store
from tests.fakes.week import policy
from tests.storage.conftest import SHARED

CLOCK = SystemClock()


@pytest.fixture
def store(store_url):
    opened = open_for_commands(store_url)
    open_desk(opened)
    yield opened
    opened.close()


@pytest.fixture
def reader(store):
    return StoreReader(store.engine)


def test_a_store_that_is_not_there_answers_with_nothing(tmp_path):
    nowhere = StoreReader.at(f"sqlite:///{tmp_path / 'no.db'}")
    board = BreakerBoard(nowhere, policy())
    assert (trading_stop(nowhere), listed_alerts(nowhere), board.scopes()) == (None, (), ())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_the_switch_is_read_as_its_newest_word(store, reader):
    assert trading_stop(reader) is None
    control.disable_trading(store, "doubt", "page", CLOCK)
    stop = trading_stop(reader)
    assert stop is not None
    assert (stop.by, stop.reason, stop.flatten) == ("page", "doubt", False)
    control.disable_trading(store, "out", "page", CLOCK, flatten=True)
    assert trading_stop(reader).flatten
    control.enable_trading(store, "fine", "page", CLOCK)
    assert trading_stop(reader) is None


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_only_the_newest_alerts_are_read_with_what_became_of_them(store, reader):
    assert listed_alerts(reader) == ()
    for number in range(7):
        busy.alert(store, number)
    newest = listed_alerts(reader, 3)
    assert [one.alert.subject for one in newest] == ["job 6", "job 5", "job 4"]
    assert all(set(one.channels) == {"log", "chat"} for one in newest)


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_halts_and_a_reset_by_hand_show_at_the_next_look(store, reader):
    board = BreakerBoard(reader, policy())
    assert [line.scope for line in board.scopes()][:2] == ["desk", "strategy/macro_council"]
    assert not any(line.halts for line in board.scopes())
    busy.trip(store, "account/acct_2")
    [halted] = [line for line in board.scopes() if line.halts]
    assert (halted.scope, halted.halts[0].cause) == ("account/acct_2", Cause.DRAWDOWN)
    assert halted.shadow is not None
    control.reset_breaker(store, "account/acct_2", "a split", "page", CLOCK)
    assert not any(line.halts for line in board.scopes())
    with pytest.raises(BadInput, match="is not measured here"):
        control.reset_breaker(store, "account/acct_6", "FLAT", "page", CLOCK)


def test_the_board_measures_what_the_schedulers_meter_measures(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    simulated_store(url, weeks=3)
    live = load_settings(env={}, profile="rules", store=url).policy
    opened = open_for_commands(url)
    meter = BreakerMeter(opened, live).scopes()
    lines = BreakerBoard(StoreReader.at(url), live).scopes()
    opened.close()
    assert {line.scope: line.gauge for line in lines} == {
        scope: measured.gauge for scope, measured in meter.items()
    }
    assert any(line.gauge.drawdown_pct > Decimal(0) for line in lines)


def test_another_log_in_its_place_is_measured_from_its_beginning(tmp_path):
    file = tmp_path / "desk.db"
    url = f"sqlite:///{file}"
    first = open_for_commands(url)
    open_desk(first)
    busy.trip(first)
    first.close()
    board = BreakerBoard(StoreReader.at(url), policy())
    assert any(line.halts for line in board.scopes())
    for one in tmp_path.iterdir():
        one.unlink()
    second = open_for_commands(url)
    open_desk(second)
    second.close()
    assert not any(line.halts for line in board.scopes())


def test_a_pause_is_said_once_and_ended(store, reader):
    control.pause_scheduler(store, "holiday", "page", CLOCK)
    assert pause(reader).reason == "holiday"
    with pytest.raises(BadInput, match="paused already"):
        control.pause_scheduler(store, "holiday", "page", CLOCK)
    control.resume_scheduler(store, "page", CLOCK)
    assert pause(reader) is None
