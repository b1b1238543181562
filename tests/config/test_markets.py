"""Which sources of prices a desk asks, in which order."""

from __future__ import annotations

import pytest

from config.markets import sources_of
from config.settings import load_settings
from core.errors import ConfigError
from core.types import StoreKind

KEYS = {"APCA_API_KEY_ID": "PKTEST", "APCA_API_SECRET_KEY": "secret"}


def settings(named="auto", **env):
    found = load_settings(env=env, profile="rules", store="sqlite://")
    connections = found.connections.model_copy(update={"market_data": named})
    return found.model_copy(update={"connections": connections})


@pytest.mark.parametrize(
    ("env", "sources"),
    [
        ({}, ("simulated",)),
        ({"MARKET_DATA_DIR": "/bars"}, ("files",)),
        (KEYS, ("alpaca",)),
        ({**KEYS, "MARKET_DATA_DIR": "/bars"}, ("alpaca", "files")),
    ],
)
def test_by_itself_a_desk_asks_what_it_has(env, sources):
    assert sources_of(settings(**env), StoreKind.REAL) == sources


@pytest.mark.parametrize("kind", [StoreKind.DEMO, StoreKind.SIMULATION])
def test_play_never_asks_a_vendor(kind):
    assert sources_of(settings(**KEYS), kind) == ("simulated",)
    assert sources_of(settings(**KEYS, MARKET_DATA_DIR="/bars"), kind) == ("files",)


def test_a_list_is_asked_in_its_order():
    named = ("yfinance", "files")
    assert sources_of(settings(named, MARKET_DATA_DIR="/bars"), StoreKind.REAL) == named


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (("alpaca",), "no Alpaca key"),
        (("files",), "MARKET_DATA_DIR is not set"),
        (("yfinance", "simulated"), "never stand in for real ones"),
    ],
)
def test_a_source_that_cannot_be_is_one_line(named, words):
    with pytest.raises(ConfigError, match=words):
        sources_of(settings(named), StoreKind.REAL)
