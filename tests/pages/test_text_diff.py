"""What differs between two texts: nothing is lost, likeness is folded, no sign becomes markup."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.ui.diff_card import SHOWN, drawn
from pages.ui.flat_json import beside
from pages.ui.text_diff import AROUND, MOST, Fold, compared
from tests.pages.conftest import HOSTILE

TEXTS = st.text("ab \n.", max_size=80)


def whole(side, original):
    """The side's lines as text, what was folded taken from the original."""
    lines, source = [], original.split("\n")
    for part in side:
        if isinstance(part, Fold):
            lines += source[len(lines) : len(lines) + part.lines]
        else:
            lines.append("".join(piece.text for piece in part))
    return lines


@given(TEXTS, TEXTS)
@settings(max_examples=200, deadline=None)
def test_each_side_is_its_text_again(before, after):
    left, right = compared(before, after)
    assert whole(left, before) == before.split("\n")
    assert whole(right, after) == after.split("\n")


@given(TEXTS, TEXTS)
@settings(max_examples=200, deadline=None)
def test_what_does_not_differ_is_the_same_on_both_sides(before, after):
    same = [
        [piece.text for part in side if not isinstance(part, Fold) for piece in part if not piece.differs]
        for side in compared(before, after)
    ]  # fmt: skip
    assert "".join(same[0]) == "".join(same[1])


def test_a_word_that_changed_stands_alone():
    left, right = compared("buy gold now", "sell gold now")
    assert [piece.text for piece in left[0] if piece.differs] == ["buy"]
    assert [piece.text for piece in right[0] if piece.differs] == ["sell"]


def test_long_likeness_is_folded_around_what_differs():
    before = [f"line {n}" for n in range(50)]
    after = [*before[:25], "other", *before[26:]]
    left, _ = compared("\n".join(before), "\n".join(after))
    folds = [part.lines for part in left if isinstance(part, Fold)]
    assert folds == [25 - AROUND, 24 - AROUND]


def markdown(before, after):
    left, right = compared(before, after)
    return drawn(left, ":orange-background[~~", "~~]"), drawn(right, ":blue-background[**", "**]")


@pytest.mark.parametrize("other", ["", "plain words", HOSTILE.upper(), HOSTILE[::-1]])
def test_hostile_text_stays_letters_whichever_words_differ(other):
    for side in (*markdown(HOSTILE, other), *markdown(other, HOSTILE)):
        ours = re.sub(
            r":(orange|blue)-background\[(~~|\*\*)|(~~|\*\*)\]|:gray\[(:small\[)?", "", side
        )
        bare = re.sub(r"\\.", "", ours)
        for markup in ("![", "](", "<img", "<script", "http://", ":red[", "$x", "`", "~~", "**"):
            assert markup not in bare.lower(), (markup, side)


def test_endless_text_is_cut_quickly():
    """200,000 signs in one line, and 40,000 short lines without one in common."""
    started = time.perf_counter()
    texts = (
        ("ab " * 70_000, "ba " * 70_000),
        ("a\n" * 40_000, "b\n" * 40_000),
        ("a\n" * 20_000, "a\nb\n" * 10_000),
        ("ab " * 600, "ab cd " * 500),
    )
    for before, after in texts:
        left, right = markdown(before, after)
        assert max(len(left), len(right)) < 6 * SHOWN
        assert sum(len(line) for line in whole(compared(before, after)[0], before)) <= MOST
    assert time.perf_counter() - started < 20


def test_only_fields_that_differ_are_beside_each_other():
    left = {"seats": [{"key": "trend", "model": "a"}, {"key": "carry", "model": "b"}], "same": 1}
    right = {"seats": [{"key": "trend", "model": "c"}], "same": 1}
    found = beside(left, right, ("one", "other"), all_fields=False)
    assert found.fillna("").to_dict("records") == [
        {"field": "seats.trend.model", "one": "a", "other": "c"},
        {"field": "seats.carry.key", "one": "carry", "other": ""},
        {"field": "seats.carry.model", "one": "b", "other": ""},
    ]
    assert len(beside(left, right, ("one", "other"), all_fields=True)) == 5
