"""Lists that Alpaca gives in pages, whole: oldest first, nothing lost where a page ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TypeAlias

from core.clock import iso
from providers.alpaca.api import Json
from providers.alpaca.parsing import instant

ORDERS_A_PAGE = 500
ACTIVITIES_A_PAGE = 100
A_LITTLE = timedelta(microseconds=1)
Page: TypeAlias = Callable[[Json], Sequence[Json]]
"""One page by its query."""


def order_pages(page: Page, status: str, after: str | None) -> Iterator[Json]:
    """Every order once, by the time it was submitted."""
    seen: set[str] = set()
    query = {"status": status, "direction": "asc", "limit": ORDERS_A_PAGE}
    while True:
        fresh = [row for row in page({**query, "after": after}) if str(row.get("id")) not in seen]
        yield from fresh
        if not fresh:
            return
        seen |= {str(row.get("id")) for row in fresh}
        # Orders of one instant may lie on two pages: the next begins a little before the last.
        after = iso(instant(fresh[-1], "submitted_at") - A_LITTLE)


def activity_pages(page: Page, after: str | None) -> Iterator[Json]:
    """Every activity as it is listed, repeats and disorder included."""
    query = {"direction": "asc", "page_size": ACTIVITIES_A_PAGE, "after": after}
    token: str | None = None
    used: set[str] = set()
    while True:
        rows = page({**query, "page_token": token})
        yield from rows
        token = str(rows[-1].get("id")) if rows else None
        if token is None or token in used:
            return
        used.add(token)
