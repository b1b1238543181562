"""Two documents as rows of fields, so that they can be read beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pages.ui.safe import clipped

CELL, MOST_ROWS = 400, 300
NAMED_BY = ("key", "account_id", "symbol")


def beside(left: Any, right: Any, names: tuple[str, str], *, all_fields: bool) -> pd.DataFrame:
    """Columns ``field`` and both names; a field only one of them has is None in the other."""
    one, other = dict(_fields(left)), dict(_fields(right))
    rows = [
        {"field": field, names[0]: one.get(field), names[1]: other.get(field)}
        for field in dict.fromkeys((*one, *other))
        if all_fields or one.get(field) != other.get(field)
    ]
    return pd.DataFrame(rows[:MOST_ROWS], columns=["field", *names])


def _fields(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Leaves with their paths; an entry of a list goes by its own name where it has one."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _fields(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value, 1):
            yield from _fields(
                inner, f"{path}.{_name(inner, place)}" if path else _name(inner, place)
            )
    elif value not in (None, [], {}):
        yield path, clipped(value, CELL)


def _name(entry: Any, place: int) -> str:
    if isinstance(entry, Mapping):
        return next((str(entry[name]) for name in NAMED_BY if entry.get(name)), str(place))
    return str(place)
