"""A strategy is on by its file until somebody says a word; the newest word counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.desk.strategy_switch import is_on, newest_word, strategy_stream, switch_off, switch_on
from core.errors import BadInput
from core.events import ALL_EVENTS
from core.strategy import StrategySpec
from core.types import AccountId
from storage.event_store import open_store
from storage.serialization import EventRegistry

NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)


@pytest.fixture
def store():
    opened = open_store("sqlite://", registry=EventRegistry(ALL_EVENTS))
    yield opened
    opened.close()


def equity(*, enabled: bool = False) -> StrategySpec:
    return StrategySpec(
        name="equity_cycle",
        title="Equity",
        pipeline="cycle",
        enabled=enabled,
        account=AccountId("acct_7"),
    )


@pytest.mark.parametrize("enabled", [True, False])
def test_without_a_word_the_file_says_it(store, enabled):
    assert is_on(store, equity(enabled=enabled)) is enabled
    assert newest_word(store, "equity_cycle") is None


def test_the_newest_word_wins_over_the_file(store):
    assert switch_on(store, equity(), "a try", "ada", NOON)
    assert is_on(store, equity())
    assert switch_off(store, equity(), "enough", "bob", NOON + timedelta(hours=1))
    assert not is_on(store, equity(enabled=True))
    assert switch_on(store, equity(), "again", "ada", NOON + timedelta(hours=1))
    assert is_on(store, equity())


def test_saying_what_is_true_already_writes_nothing(store):
    switch_on(store, equity(), "a try", "ada", NOON)
    assert not switch_on(store, equity(), "once more", "bob", NOON)
    assert not switch_off(store, equity().model_copy(update={"name": "other"}), "off", "bob", NOON)
    assert store.head(strategy_stream("equity_cycle")).version == 1
    assert store.head(strategy_stream("other")).version == 0


def test_a_word_without_a_reason_is_refused(store):
    with pytest.raises(BadInput, match="a reason is missing"):
        switch_on(store, equity(), "  ", "ada", NOON)
    assert not is_on(store, equity())


def test_one_strategy_says_nothing_about_another(store):
    switch_on(store, equity(), "a try", "ada", NOON)
    assert not is_on(store, equity().model_copy(update={"name": "momentum"}))
