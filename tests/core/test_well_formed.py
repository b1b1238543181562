"""Half characters: joined where both halves are there, replaced where one is missing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.well_formed import well_formed


@pytest.mark.parametrize(
    ("told", "whole"),
    [
        ("plain é €", "plain é €"),
        ("\ud83d" + "\ude00", "\U0001f600"),
        ("a \ud83d b", "a \ufffd b"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("ends with \ud83d", "ends with \ufffd"),
    ],
)
def test_a_half_is_joined_to_its_other_half_or_replaced(told, whole):
    assert well_formed(told) == whole


@given(st.text())
def test_what_utf_8_can_hold_stays_as_it_is(text):
    assert well_formed(text) == text


@given(st.lists(st.sampled_from(["a", "\ud83d", "\ude00", "\x00", "\u2028"])).map("".join))
def test_the_result_can_always_be_written(text):
    assert json.loads(json.dumps(well_formed(text), ensure_ascii=False).encode()) is not None
