"""Names at the ends of lines keep apart; scales do not divide by nothing."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pages.report.drawing import Path, Scale, apart


@given(st.lists(st.floats(-1e6, 1e6), max_size=20), st.floats(1, 50))
def test_places_are_moved_apart_and_keep_their_order(places, gap):
    moved = apart(places, gap)
    order = sorted(range(len(places)), key=lambda index: places[index])
    assert all(moved[b] - moved[a] >= gap - 1e-6 for a, b in pairwise(order))


def test_equal_values_have_a_place():
    assert Scale(5, 5, 10, 90)(5) == 10


def test_a_path_is_written_to_a_tenth():
    assert Path(((0, 1.26), (10.04, 2)), "peer").d == "M0.0,1.3L10.0,2.0"
