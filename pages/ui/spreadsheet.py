"""Rows as a CSV file that a spreadsheet opens without running anything in it.

A cell that begins with one of a few signs is a formula to a spreadsheet, whoever wrote it; such text
gets an apostrophe before it (OWASP, "CSV Injection"). Numbers are left as they are, losses too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

from core.clock import iso

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FORMULA = tuple("=+-@|%\t\r\n＝＋－＠")
GUARD, BYTE_ORDER_MARK = "'", "\ufeff"


def csv_file(kind: type[DataclassInstance], rows: Iterable[DataclassInstance]) -> bytes:
    """UTF-8 with a first line of field names; ``rows`` are of ``kind``, instants in UTC."""
    names = [field.name for field in fields(kind)]
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([cell(getattr(row, name)) for name in names] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def cell(value: Any) -> str:
    """One value as a spreadsheet should read it; the unknown is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, datetime):
        return iso(value)
    text = str(value)
    return f"{GUARD}{text}" if text.lstrip(" ").startswith(FORMULA) else text
