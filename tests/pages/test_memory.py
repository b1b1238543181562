"""Memory: what is kept, what lies near it, and words where nothing is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.desk.notes import add_note, subject_of
from core.desk.remembering import TELLINGS
from core.memory import Memory
from core.schemas.setups import Collection, Remembered
from pages.http.store import STORE_VARIABLE
from providers.embedding.hashing import HashingEmbedder
from storage.vectors import open_vectors
from tests.fakes.stored_weeks import open_desk
from tests.fakes.week import AS_OF
from tests.pages.conftest import HOSTILE, said


def keep(store, *documents):
    embedder = HashingEmbedder()
    index = open_vectors(store.engine, embedder.model, embedder.dimensions)
    index.fill(documents, embedder.embed([one.text for one in documents]), store.last_position())


def setup(name, day, text, returned, **more):
    known = AS_OF + timedelta(days=day + 2)
    fields = {
        "symbol": name,
        "label": f"{name} {'won' if returned > 0 else 'lost'} {returned:+.1%} in 2 days",
        "outcome": {"return": returned, "pnl": returned * 1_000},
        "event_ids": ("11111111-1111-5111-8111-111111111111",),
    }
    return Remembered(
        document_id=f"{name}-{day}",
        collection=Collection.SETUPS,
        text=text,
        happened_at=AS_OF + timedelta(days=day),
        known_at=known,
        **{**fields, **more},
    )


SETUPS = (
    setup("NVDA", 0, "NVDA, sector technology; RSI 71 (overbought)", -0.031),
    setup("AMD", 1, "AMD, sector technology; RSI 72 (overbought)", 0.012),
    setup("XOM", 5, "XOM, sector energy; RSI 28 (oversold)", 0.054),
)


@pytest.fixture
def store(store_at):
    open_desk(store_at)
    keep(store_at, *SETUPS)
    return store_at


def rows(app, column):
    found = next((one.value for one in app.dataframe if column in one.value.columns), None)
    return [] if found is None else found.astype(str).to_dict("records")


def counts(app):
    return {one.label: one.value for one in app.metric}


def test_a_store_that_does_not_exist_shows_words(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    app = show("memory")
    assert "Round trips of the trading cycle come here" in app.info[0].value
    assert set(counts(app).values()) == {"0"}
    assert "nothing is remembered yet" in said(app)


def test_each_collection_is_counted_and_hashing_is_called_that(show, store):
    app = show("memory")
    assert counts(app) == {
        "Trade setups": "3",
        "Market conditions": "0",
        "Symbol context": "0",
        "Council weeks": "0",
    }
    assert "hashing (384 dimensions): words alone" in said(app).replace("\\", "")


def test_the_newest_document_is_shown_with_what_was_known_when_it_happened(show, store):
    app = show("memory")
    assert "XOM won" in said(app)
    assert "return +5.4%, P/L +$54" in said(app).replace("\\", "")
    found = rows(app, "distance")
    assert {row["in short"].split()[0] for row in found} == {"NVDA", "AMD"}


def test_what_was_not_known_then_is_only_among_all_by_now(show, store):
    then = show("memory", doc="AMD-1")
    assert rows(then, "distance") == []
    assert "Nothing like it was known by then" in said(then)
    now = show("memory", doc="AMD-1", known="all by now")
    (first, second) = rows(now, "distance")
    assert first["in short"].startswith("NVDA lost -3.1%")
    assert float(first["distance"]) < float(second["distance"])


def test_words_narrow_the_list_and_a_word_nobody_said_is_said(show, store):
    app = show("memory", q="energy")
    assert "XOM won" in said(app)
    assert len(app.selectbox[0].options) == 1
    assert "Nothing that says platypus is kept" in said(show("memory", q="platypus"))


def test_a_link_to_a_document_opens_it_whatever_the_list_holds(show, store):
    app = show("memory", doc="NVDA-0", q="energy")
    assert "NVDA lost" in said(app)


def test_a_note_that_was_just_written_is_not_shown_before_memory_took_it_in(show, store):
    add_note(store, subject_of("week", "2026-11-18"), "The Fed speaks.", "ann", AS_OF)
    assert "A week" in said(show("memory", kind="council_weeks"))
    assert not rows(show("memory", kind="symbol_context"), "distance")
    embedder = HashingEmbedder()
    index = open_vectors(store.engine, embedder.model, embedder.dimensions)
    Memory(store, embedder, index, TELLINGS).catch_up()
    assert "The Fed speaks" in said(show("memory", kind="symbol_context"))


def test_outside_text_is_shown_as_it_stands(show, store):
    keep(store, setup("EVIL", 9, HOSTILE, 0.01, label=HOSTILE[:400]))
    app = show("memory", doc="EVIL-9")
    assert "![x](http" not in said(app)
    assert ":red[red]" not in said(app)
