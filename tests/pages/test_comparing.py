"""Compared configurations on the discovery page: figures, what differs, one verdict, hostile names as text."""

from __future__ import annotations

from dataclasses import replace

from config.wiring import calendar
from core.desk.comparing_pickers import (
    NamedSettings,
    compare_pickers,
    record_comparison,
    sessions_over,
)
from tests.core.desk.test_comparing_pickers import DEAR, USUAL
from tests.core.desk.test_discovering import AT, discovery
from tests.fakes.desks import Bench
from tests.pages.conftest import HOSTILE, said
from tests.pages.test_discovery import desk, look

__all__ = ["desk"]


def compare(made: Bench, first: NamedSettings, count: int) -> None:
    days = sessions_over(calendar(), AT, count)
    found = compare_pickers(made.desk, discovery(made), (first, DEAR), days)
    assert record_comparison(made.store, found)


def test_the_newest_comparison_is_shown_with_what_differs(show, desk):
    look(desk, 0, "SA")
    assert "discovery compare A.yaml B.yaml --record" in said(show("discovery"))
    compare(desk, USUAL, 4)
    compare(desk, USUAL, 6)
    app = show("discovery")
    words = said(app)
    assert "Too early to tell: 6 days" in words.replace("\\", "")
    frames = [one.value for one in app.dataframe]
    assert any("metric.min_price" in set(frame.get("setting", ())) for frame in frames)
    assert [len(one.options) for one in app.selectbox if one.key == "ab"] == [2]


def test_a_file_of_any_name_is_text(show, desk):
    look(desk, 0, "SA")
    compare(desk, replace(USUAL, name=HOSTILE[:300]), 4)
    words = said(show("discovery"))
    assert "http://evil" not in words
    assert "![x]" not in words
