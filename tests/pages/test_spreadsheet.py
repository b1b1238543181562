"""A CSV file holds what a spreadsheet may open: text that looks like a formula stays text."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.types import Side
from pages.ui.spreadsheet import FORMULA, cell, csv_file


@dataclass(frozen=True)
class Row:
    name: str
    amount: Decimal | None
    at: datetime


def read(file):
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example")',
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "  =1",
        "＝1",
        "|cmd",
    ],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("-12.50"), "-12.50"),
        (Decimal("1E+3"), "1000"),
        (-3, "-3"),
        (-0.25, "-0.25"),
        (None, ""),
        (Side.BUY, "BUY"),
        ("plain, with a comma", "plain, with a comma"),
        (datetime(2026, 11, 18, 13, tzinfo=UTC), "2026-11-18T13:00:00.000000Z"),
    ],
)
def test_numbers_instants_and_plain_text_are_left_as_they_are(value, expected):
    assert cell(value) == expected


@settings(max_examples=60)
@given(st.text())
def test_no_text_begins_as_a_formula_and_none_is_lost(text):
    written = cell(text)
    assert not written.lstrip(" ").startswith(FORMULA)
    assert written.removeprefix("'") in (text, text.removeprefix("'"))


@settings(max_examples=30)
@given(st.lists(st.text().filter(lambda text: "\x00" not in text), max_size=5))
def test_every_row_comes_back_from_the_file(texts):
    at = datetime(2026, 11, 18, 13, tzinfo=UTC)
    rows = [Row(text, Decimal("-1.5"), at) for text in texts]
    head, *lines = read(csv_file(Row, rows))
    assert head == ["name", "amount", "at"]
    assert [line[0] for line in lines] == [cell(text) for text in texts]
    assert {line[1] for line in lines} <= {"-1.5"}
