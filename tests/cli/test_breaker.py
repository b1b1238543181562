"""What a terminal says of the breaker and of the kill switch."""

from __future__ import annotations

import json

import pytest

from config.terminal.breaker import (
    disable_trading,
    enable_trading,
    evaluate_now,
    reset_scope,
    status,
)
from core.desk.halts import BREAKER_STREAM, halts
from core.errors import BadInput
from core.events.breaker import BreakerTripped
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.stored_weeks import append


@pytest.fixture(scope="module")
def lived():
    made = bench(rules_settings(), at=on("2024-01-03", "06:00"))
    assert made.simulate("2024-01-03", "2024-01-05").failed == 0
    return made


def trip(made) -> None:
    event = BreakerTripped(
        scope="account/acct_2",
        cause="drawdown",
        value="21.250000",
        threshold="20",
        at_equity="78750",
        peak="100000",
    )
    append(made.store, BREAKER_STREAM, event)


def test_the_breaker_told_step_by_step(lived, capsys):
    desk = lived.desk
    status(desk)
    said = capsys.readouterr().out
    assert said.startswith("trading: enabled")
    assert "account/acct_1" in said
    assert "account/acct_6" not in said, "FLAT is exempt"

    evaluate_now(desk)
    assert capsys.readouterr().out == "nothing to halt or to release: 7 scopes measured\n"

    trip(lived)
    status(desk, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["trading"] == {"enabled": True}
    assert found["scopes"]["account/acct_2"]["halts"][0]["cause"] == "drawdown"
    assert found["scopes"]["account/acct_2"]["shadow"]["wins"] == 0
    assert found["scopes"]["account/acct_1"]["shadow"] is None

    status(desk)
    said = capsys.readouterr().out
    assert "account/acct_2 halted: drawdown 21.250000 % is over 20 %" in said
    assert "breaker reset account/acct_2 --reason TEXT" in said

    reset_scope(desk, "account/acct_2", "a bad tick", "ann")
    assert "measured anew from here (drawdown): a bad tick" in capsys.readouterr().out
    assert halts(lived.store) == {}


def test_the_switch_told_step_by_step(lived, capsys):
    disable_trading(lived.desk, "the feed is wrong", "ann", flatten=True)
    assert "the scheduler closes every position" in capsys.readouterr().out
    status(lived.desk)
    said = capsys.readouterr().out
    assert said.startswith("trading: DISABLED by ann: the feed is wrong, everything is")
    enable_trading(lived.desk, "repaired", "ann")
    assert capsys.readouterr().out == "trading is enabled: repaired\n"


@pytest.mark.parametrize(
    "ask",
    [
        lambda desk: reset_scope(desk, "desk", None, "ann"),
        lambda desk: disable_trading(desk, None, "ann", flatten=False),
    ],
)
def test_a_persons_word_needs_a_reason(lived, ask):
    with pytest.raises(BadInput, match="--reason"):
        ask(lived.desk)
