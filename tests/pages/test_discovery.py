"""The discovery page and its API: what was recorded, hostile text as text, people's words by role."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from core.desk.discovering import run_discovery
from core.desk.watching import Saying, exclude, include, watchlist
from core.schemas.discovery import DiscoveryAnswer, NamedSymbol
from core.strategy import EQUITY
from core.types import StoreKind
from pages.http.api.routes import routes
from pages.http.headers import middleware
from storage.locks import LocalLock
from storage.queries import StoreReader
from storage.queries import discovery as queries
from tests.core.desk.test_discovering import AT, discovery, market
from tests.fakes.desks import Bench, bench, rules_settings
from tests.fakes.models import ScriptedModel
from tests.pages.conftest import HOSTILE, said


@pytest.fixture
def desk(store_at) -> Bench:
    made = bench(rules_settings(), store_at, at=AT, kind=StoreKind.DEMO)
    return replace(made, desk=replace(made.desk, lock=LocalLock()))


def look(desk: Bench, hours: int = 0, *symbols: str, reason: str = "It rose.") -> None:
    picks = tuple(NamedSymbol(symbol=one, score=0.8, reason=reason[:400]) for one in symbols)
    answer = DiscoveryAnswer(market_view="Calm.", picks=picks)
    found = discovery(desk, market(), model=ScriptedModel(lambda _: answer))
    asyncio.run(run_discovery(desk.desk, found, AT + timedelta(hours=hours), "test"))


def test_an_empty_store_says_how_to_begin(show, store_at):
    app = show("discovery")
    assert "cli.py discovery run" in app.info[0].value
    assert not app.metric


def test_list_scores_reasons_and_divergence_are_those_recorded(show, desk):
    look(desk, 0, "SA", "THIN", "NVDA")
    app = show("discovery")
    figures = {one.label: one.value for one in app.metric}
    assert figures == {
        "On the watchlist": "9 of 20",
        "Looked at": "10",
        "Suggested": "9",
        "Pickers part on": "1",
    }
    frames = [one.value for one in app.dataframe]
    assert frames[0]["symbol"].iloc[0] == "SA"
    assert list(frames[1]["symbol"]) == ["THIN"]
    words = said(app)
    assert "Dropped names of the model: NVDA" in words
    assert "SA" in words


def test_a_round_is_opened_by_its_address(show, desk):
    look(desk, 0, "SA")
    look(desk, 4, "SB")
    app = show("discovery", round="2026-11-20 09:30:00")
    assert "looked at Fri 20 Nov 2026, 09:30 ET" in said(app)


def test_words_of_models_and_people_are_text(show, desk):
    look(desk, 0, "SA", reason=HOSTILE)
    exclude(desk.store, EQUITY, Saying("SB", HOSTILE[:300], HOSTILE[:60], AT))
    words = said(show("discovery", symbol="SA"))
    assert "Excluded: SB by" in words
    assert "http://evil" not in words
    assert "![x]" not in words


def press(app, word: str, symbol: str, reason: str):
    app.text_input(key="watch symbol").set_value(symbol)
    app.text_input(key="watch reason").set_value(reason)
    app.button(key=f"watch {word}").click().run()
    assert not app.exception
    return app


def test_an_operator_includes_and_excludes_from_the_page(show, desk):
    look(desk, 0, "SA")
    app = press(show("discovery"), "include", "brk.b", "cheap")
    assert "BRK" in app.success[0].value
    press(app, "exclude", "SA", "no idea")
    state = watchlist(desk.store, EQUITY)
    assert state.symbols[0] == "BRK.B"
    assert "SA" not in state.symbols


def test_a_word_without_a_reason_is_refused_in_one_line(show, desk):
    look(desk, 0, "SA")
    app = press(show("discovery"), "include", "NVDA", " ")
    assert "a reason is missing" in app.error[0].value.replace("\\", "")
    assert "NVDA" not in watchlist(desk.store, EQUITY).symbols


def test_the_read_model_is_the_log_folded_and_the_same_after_a_rebuild(desk):
    look(desk, 0, "SA", "THIN")
    include(desk.store, EQUITY, Saying("ZZZ", "I know", "Ada", AT), 20)
    exclude(desk.store, EQUITY, Saying("SA", "no", "Ada", AT))
    look(desk, 4, "SB")
    reader = StoreReader(desk.store.engine)

    def everything():
        newest = queries.rounds(reader, EQUITY)
        return (
            queries.watchlist(reader, EQUITY),
            newest,
            [queries.one_round(reader, one.round_id) for one in newest],
            queries.watch_moves(reader, EQUITY),
        )

    before = everything()
    assert before[0] == watchlist(desk.store, EQUITY)
    assert before[2][1].parted[0].symbol == "THIN"
    assert {one.what for one in before[3]} >= {"added", "included", "excluded"}
    desk.store.rebuild()
    assert everything() == before


def test_the_api_answers_the_list_with_who_put_each_there(desk):
    look(desk, 0, "SA")
    exclude(desk.store, EQUITY, Saying("SB", "no idea", "Ada", AT))
    app = Starlette(routes=routes(), middleware=middleware())

    async def asked(path: str):
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 4000))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost:8200"
        ) as client:
            return await client.get(path)

    told = asyncio.run(asked("/api/discovery/watchlist")).json()
    assert told["looked_at"] == "2026-11-20T14:30:00Z"
    assert told["entries"][0]["symbol"] == "SA"
    assert told["excluded"][0]["reason"] == "no idea"
    other = asyncio.run(asked("/api/discovery/watchlist?strategy=nobody")).json()
    assert (other["entries"], other["looked_at"]) == ([], None)
    assert asyncio.run(asked("/api/discovery/watchlist?strategy=No+Name")).status_code == 422
