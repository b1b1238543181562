"""Share links as the Operations page lists them: kept until the log moves."""

from __future__ import annotations

from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.queries.access import ShareLine, shares

LISTED = 50


@kept
def links(state: StoreState) -> tuple[ShareLine, ...]:
    """The newest ones, newest first; they hold no token."""
    return shares(state.reader, LISTED)
