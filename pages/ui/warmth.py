"""What the first visitor would wait for, done as the server starts: pages' code and their slowest reads."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pkgutil import iter_modules
from threading import Thread
from typing import Any

import pages.ui
from core.errors import CouncilError
from pages.http import warm_up
from pages.ui import accounts_data, conviction_data, data, lab_data, overview_data
from pages.ui.data import StoreState
from storage.queries import AccountRole, week_ids

LAST_WORD_S = 5.0
"""A server that stops waits so long for a read; one that hangs ends with the process."""
log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """The server's own warm-up between these two: code before it, so that it is frozen as well.

    Reads go on beside the first visitors, who take what is there already; a store that cannot be
    read is told by the pages, and stops no start.
    """
    for module in iter_modules(pages.ui.__path__):
        import_module(f"pages.ui.{module.name}")
    async with warm_up.lifespan(app) as state:
        reading = Thread(target=read_ahead, name="read ahead", daemon=True)
        reading.start()
        yield state
        reading.join(LAST_WORD_S)


def read_ahead() -> None:
    """Read what the pages show first when nobody has chosen anything; who asks is asked later."""
    try:
        state = data.now()
        with state.reader.held():
            _read(state)
    except CouncilError as error:
        log.warning("the pages' first reads are not made ahead: %s", error)


def _read(state: StoreState) -> None:
    newest = next(iter(week_ids(state.reader)), None)
    data.desk(state)
    overview_data.overview(state, newest)
    overview_data.trouble(state)
    for account, label in data.labels(state).items():
        if label.role is AccountRole.COUNCIL:
            for seat in accounts_data.seats(state, account)[-1:]:
                accounts_data.record_view(state, seat)
    conviction_data.effects(state)
    if lab_data.heads(state):
        lab_data.record(state, lab_data.Counted(place=0, clean=False))
