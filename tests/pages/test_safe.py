"""Outside text keeps its letters and loses every meaning it could have as Markdown."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from pages.ui.safe import LONGEST, MARKUP, WORD_JOINER, cell, clipped, safe, visible


def shown(markdown):
    """What a reader sees: backslashes before signs gone, joiners invisible."""
    return re.sub(r"\\(.)", r"\1", markdown).replace(WORD_JOINER, "")


@given(st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_every_letter_is_still_there(text):
    assert shown(safe(text)) == " ".join(text.split())


@given(st.text())
def test_no_sign_of_markup_stands_bare_and_there_is_one_line(text):
    escaped = safe(text)
    assert "\n" not in escaped
    bare = re.sub(r"\\.", "", escaped)
    assert not MARKUP.search(bare)


def test_addresses_are_taken_apart():
    assert "://" not in safe("see http://evil.example").replace("\\", "")
    assert "www." not in safe("see www.evil.example").replace("\\", "")
    assert "a@b" not in safe("a@b.example").replace("\\", "")
    assert ":material/" not in safe(":material/delete:").replace("\\", "")


def test_signs_that_turn_the_direction_of_writing_are_dropped():
    assert safe("a\u202eb\u2066c\u0007d") == "abcd"


def test_a_long_text_ends_in_an_ellipsis():
    assert clipped("abcdef", 4) == "abc…"
    assert clipped("abcd", 4) == "abcd"


def test_hidden_signs_are_spelled_out_where_no_markdown_is_read():
    assert visible("a\u202eb\u200bc\x1b[0m\nd\te") == "a\\u202eb\\u200bc\\u001b[0m\nd\te"


def test_an_endless_line_is_cut_in_prose_and_in_cells():
    assert len(safe("x" * 200_000)) == LONGEST
    assert len(cell("x" * 200_000)) == 300
