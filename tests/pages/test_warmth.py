"""A server that starts reads ahead what its first visitor would wait for, and starts whatever comes of it."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from pathlib import Path

import pandas as pd
import pytest
from altair.utils import schemapi

from pages.http.store import STORE_VARIABLE
from pages.ui import data, overview_data
from pages.ui.warmth import lifespan, read_ahead
from tests.fakes.account_life import mark, trade
from tests.fakes.logs import restored_logging
from tests.fakes.stored_weeks import open_desk
from tests.fakes.week import AS_OF


@pytest.fixture
def marked(store_at):
    open_desk(store_at)
    trade(store_at, "o1", 100, "600", AS_OF)
    for number, day in enumerate(pd.bdate_range("2026-11-18", periods=3)):
        mark(store_at, day.date(), SPY=str(600 + number), TLT="90")
    return store_at


def test_what_the_front_page_shows_is_read_before_anybody_asks(marked, tmp_path):
    read_ahead()
    state = data.now()
    marked.close()
    for file in tmp_path.iterdir():
        if file.is_file():
            file.unlink()
    assert overview_data.overview(state, None).courses, "asked again, the file would be missed"


def test_a_store_that_cannot_be_read_is_a_line_in_the_log(monkeypatch, caplog):
    monkeypatch.setenv(STORE_VARIABLE, "mysql://host/x")
    with caplog.at_level(logging.WARNING):
        read_ahead()
    assert "first reads are not made ahead" in caplog.text


def test_a_server_that_has_started_knows_the_code_of_every_card(store_at):
    async def start():
        async with lifespan(None):
            return set(sys.modules)

    try:
        with restored_logging():
            known = asyncio.run(start())
    finally:
        gc.unfreeze()
        schemapi.enable_debug_mode()  # the tests after this one check their charts
    cards = {f"pages.ui.{file.stem}" for file in Path("pages/ui").glob("*_cards.py")}
    assert cards <= known
