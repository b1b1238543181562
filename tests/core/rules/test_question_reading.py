"""A question read by rules: symbols, days, verbs; and the looks a plain search makes of them."""

from __future__ import annotations

from datetime import date

import pytest

from core.rules.log_search import plain_looks, wider_looks
from core.rules.question_reading import read_question
from core.schemas.question import LogSpan, LogTool
from core.types import CheckpointAction, Side

TODAY = date(2026, 11, 20)
SPAN = LogSpan(first=date(2020, 1, 2), last=TODAY, symbols=("GLD", "IT", "SPY", "TLT"))


def read(question):
    return read_question(question, SPAN, TODAY)


def test_symbol_side_and_month_are_read():
    found = read("why did we sell NVDA in March?")
    assert (found.symbols, found.side) == (("NVDA",), Side.SELL)
    assert (found.since, found.until) == (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("orders in December", date(2025, 12, 1), date(2025, 12, 31)),
        ("orders in Feb 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("orders in May 2025", date(2025, 5, 1), date(2025, 5, 31)),
        ("what may we sell", None, None),
        ("orders of 2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("orders on 2024-03-06", date(2024, 3, 6), date(2024, 3, 6)),
        ("orders from 2024-03-08 back to 2024-03-06", date(2024, 3, 6), date(2024, 3, 8)),
        ("orders on 2024-13-45", None, None),
        ("orders of last week", date(2026, 11, 9), date(2026, 11, 15)),
        ("orders of last month", date(2026, 10, 1), date(2026, 10, 31)),
        ("orders of yesterday", date(2026, 11, 19), date(2026, 11, 19)),
    ],
)
def test_days_are_read(question, since, until):
    found = read(question)
    assert (found.since, found.until) == (since, until)


def test_a_known_symbol_is_read_in_any_letters_an_unknown_one_in_capitals():
    assert read("did gld fall?").symbols == ("GLD",)
    assert read("did nvda fall?").symbols == ()
    assert read("WHY DID WE BUY?").symbols == ()
    assert read("what is it about?").symbols == ()


@pytest.mark.parametrize(
    ("question", "tool", "what"),
    [
        ("why did we buy gld?", LogTool.TRADES, {"symbol": "GLD", "side": Side.BUY}),
        ("which flips were there?", LogTool.EVENTS, {"action": CheckpointAction.FLIP}),
        ("which exits?", LogTool.EVENTS, {"action": CheckpointAction.EXIT}),
        ("what was refused?", LogTool.EVENTS, {"types": ("OrderRejected", "CheckpointLimited")}),
        ("why the halt?", LogTool.EVENTS, {"types": ("BreakerTripped", "BreakerReleased")}),
        ("what did it cost?", LogTool.COSTS, {"week": "2026-11-18"}),
        ("how did acct_2 perform?", LogTool.METRICS, {"account": "acct_2"}),
        ("which jobs failed?", LogTool.TRACES, {"since": "2026-11-13"}),
    ],
)
def test_verbs_become_looks(question, tool, what):
    [look] = plain_looks(read(question), TODAY)
    assert look.tool is tool
    assert {name: getattr(look, name) for name in what} == what


def test_mere_words_are_searched_for_and_a_known_kind_is_not_widened():
    assert plain_looks(read("anything about unicorns in 2024?"), TODAY) == ()
    [look] = wider_looks(read("anything about unicorns in 2024?"))
    assert (look.text, look.since, look.until) == ("unicorns", "2024-01-01", "2024-12-31")
    assert wider_looks(read("which flips were there?")) == ()
