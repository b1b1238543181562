"""The cycle page: a funnel, every symbol's way, words where nothing was run, text as text."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.desk.cycles import CycleRequest, run_cycle
from core.errors import EmbeddingFailed, MarketUnavailable
from core.schemas.cycle import CycleTrigger
from pages.http.store import STORE_VARIABLE
from tests.core.stages.test_cycle import Council
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.feeds import FailingRecall, WrittenNews, headline
from tests.fakes.models import ScriptedModel
from tests.pages.conftest import HOSTILE, said

NOON = on("2024-01-03", "11:00")


def a_cycle(url: str, script=None, name: str = "page", **ports) -> str:
    """A dry run over generated prices; the rules agents, or a script."""
    desk = bench(rules_settings(url), at=NOON).desk
    strategy = replace(desk.strategies[0], **ports)
    if script is not None:
        models = replace(strategy.models, model=ScriptedModel(script), _weeks={})
        strategy = replace(strategy, models=models)
    asked = CycleRequest(name, CycleTrigger.MANUAL, ("SPY", "QQQ", "GLD", "TLT"))
    ran = asyncio.run(run_cycle(desk, strategy, asked))
    desk.store.close()
    return ran.cycle.run.run_id


@pytest.fixture
def url(tmp_path, monkeypatch):
    found = f"sqlite:///{tmp_path / 'desk.db'}"
    monkeypatch.setenv(STORE_VARIABLE, found)
    return found


def test_a_store_without_a_cycle_says_how_to_run_one(show, store_at):
    app = show("cycle")
    assert "cycle run" in app.info[0].value
    assert not app.metric


def test_a_cycle_is_a_funnel_with_every_symbol_spoken_of(show, url):
    cycle_id = a_cycle(url)
    app = show("cycle")
    assert {metric.label for metric in app.metric} == {"Meta decision", "Orders", "Equity", "Cash"}
    assert "a dry run" in " ".join(caption.value for caption in app.caption)
    (table,) = [one.value for one in app.dataframe if "came to" in one.value.columns]
    assert set(table["symbol"]) <= {"SPY", "QQQ", "GLD", "TLT"}
    assert not show("cycle", cycle=cycle_id).exception


def test_an_unknown_cycle_is_said(show, url):
    a_cycle(url)
    app = show("cycle", cycle="nothing")
    assert "no cycle nothing" in app.info[0].value


def test_what_a_limit_refused_is_told_with_its_name_and_no_model_saw_it(show, url):
    signals = [
        {
            "symbol": symbol,
            "action": "BUY",
            "confidence": 0.4,
            "quantity": 10,
            "reasons": ["it rose"],
        }
        for symbol in ("SPY", "QQQ")
    ]
    a_cycle(url, Council(*signals))
    text = said(show("cycle"))
    assert "min confidence" in text
    assert "nothing approved by risk" in text


def test_words_of_models_are_shown_as_text(show, url):
    signal = {
        "symbol": "SPY",
        "action": "BUY",
        "confidence": 0.8,
        "quantity": 10,
        "reasons": [HOSTILE[:300]],
    }
    a_cycle(url, Council(signal))
    text = said(show("cycle"))
    assert "![x](http" not in text
    assert "](http" not in text


def test_headlines_and_a_silent_memory_are_shown_as_they_were_frozen(show, url):
    silent = EmbeddingFailed("![x](http://evil.example/a.png) gave no vectors")
    news = WrittenNews([headline(HOSTILE, NOON, "SPY"), headline("Gold rests", NOON, "GLD")])
    a_cycle(url, news=news, recall=FailingRecall(silent))
    app = show("cycle")
    (table,) = [one.value for one in app.dataframe if "headline" in one.value.columns]
    assert list(table["symbol"]) == ["SPY", "GLD"]
    text = said(app)
    assert "from written" in text
    assert "Memory was not asked, no agent saw a past setup: EmbeddingFailed" in text
    assert "![x](http" not in text


def test_why_there_are_no_headlines_is_said(show, url):
    a_cycle(url, news=WrittenNews(failure=MarketUnavailable("the feed is down")))
    assert "No headlines: written gave no answer" in said(show("cycle"))


def test_a_feed_without_news_is_no_feed_that_failed(show, url):
    a_cycle(url, news=WrittenNews())
    assert "written had none of these symbols in the seven days before" in said(show("cycle"))
