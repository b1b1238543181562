"""A closed round trip and a cycle's headlines become documents; who asks later finds no more than was known."""

from __future__ import annotations

from types import SimpleNamespace

from core.desk.remembering_cycles import FROZEN, headlines_remembered, setup_remembered
from core.rules.situation import situation_text
from core.schemas.setups import Collection
from providers.embedding.hashing import HashingEmbedder

CYCLE = "11111111-1111-5111-8111-111111111111"
FIGURES = {"return_20d": 0.0712, "rsi_14": 71.2, "relative_volume_20": 1.84, "sma_20": 131.0}
NVDA = {
    "symbol": "NVDA",
    "sector": "Technology",
    "indicators": FIGURES,
    "headlines": [
        {"headline": "Chips  rise\n", "source": "wire", "published": "2026-11-17T14:00:00Z"},
        {"headline": "Chips rise", "source": "wire", "published": "2026-11-17T14:00:00Z"},
    ],
}
OUTCOME = {
    "cycle_id": CYCLE,
    "symbol": "NVDA",
    "returned": -0.031,
    "pnl": "-412.50",
    "opened_at": "2026-11-18T16:00:00Z",
    "closed_at": "2026-11-20T19:30:00Z",
}


class Log:
    """The events of one cycle's run."""

    def __init__(self, *rows):
        self._rows = rows

    def read(self, stream):
        assert stream == f"run/{CYCLE}"
        return iter(self._rows)


def frozen(*symbols):
    value = {"as_of": "2026-11-18T16:00:00Z", "symbols": list(symbols)}
    return SimpleNamespace(
        type=FROZEN,
        event_id="e1",
        payload={"value": value},
        occurred_at="2026-11-18T16:00:00.000000Z",
    )


def outcome(**more):
    return SimpleNamespace(
        payload={**OUTCOME, **more}, event_id="e2", occurred_at="2026-11-20T19:30:00.000000Z"
    )


def test_a_round_trip_is_the_setup_it_was_bought_on_with_what_came_of_it():
    (found,) = setup_remembered(Log(frozen(NVDA)), outcome())
    assert found.text == "Technology stock, climbing over a month, overbought, heavy trading"
    assert found.outcome == {"return": -0.031, "pnl": -412.5}
    assert found.label == "NVDA lost -3.1% in 2 days"
    assert found.happened_at.isoformat() == "2026-11-18T16:00:00+00:00"
    assert found.known_at.isoformat() == "2026-11-20T19:30:00+00:00"
    assert (found.symbol, found.event_ids) == ("NVDA", ("e1", "e2"))


def test_who_asks_writes_the_same_words_from_the_same_figures():
    (found,) = setup_remembered(Log(frozen(NVDA)), outcome())
    assert situation_text("Technology", dict(reversed(FIGURES.items()))) == found.text
    assert situation_text(None, {"rsi_14": 29.9}) == "unknown sector stock, oversold"
    assert situation_text(None, {"rsi_14": 30.0}) == "unknown sector stock, weak momentum"


def test_setups_of_like_figures_lie_nearer_than_others():
    calm = {"return_20d": 0.05, "rsi_14": 60.0, "realised_volatility_20": 0.15}
    like = {"return_20d": 0.06, "rsi_14": 58.0, "realised_volatility_20": 0.17}
    wild = {"return_20d": -0.2, "rsi_14": 25.0, "realised_volatility_20": 0.7}
    asked, near, far = HashingEmbedder().embed(
        [situation_text("Energy", one) for one in (calm, like, wild)]
    )
    assert asked @ near > 0.95
    assert asked @ far < 0.6


def test_a_round_trip_without_its_cycles_market_is_not_guessed():
    assert list(setup_remembered(Log(), outcome())) == []
    assert list(setup_remembered(Log(frozen(NVDA)), outcome(symbol="AMD"))) == []


def test_a_headline_is_one_document_known_since_a_cycle_saw_it():
    first, second = headlines_remembered(Log(), frozen(NVDA))
    assert first == second
    assert (first.text, first.symbol, first.collection) == (
        "Chips rise",
        "NVDA",
        Collection.CONTEXT,
    )
    assert first.known_at.isoformat() == "2026-11-18T16:00:00+00:00"
    assert first.happened_at.isoformat() == "2026-11-17T14:00:00+00:00"
