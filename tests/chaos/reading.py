"""A reader that looks at the store all the while, as pages do; it never writes."""

from __future__ import annotations

import time

from core.errors import StoreError
from storage.queries import (
    StoreReader,
    accounts,
    desk_facts,
    equity_frame,
    holdings,
    standings,
    week_summaries,
)
from storage.queries.jobs import recent_jobs
from tests.chaos.ground import Ground, say

QUESTIONS = (accounts, desk_facts, equity_frame, holdings, standings, week_summaries, recent_jobs)
PAUSE_S = 0.5


def read_on(ground: Ground) -> int:
    """Until it is killed; a store that cannot be had just now is asked again."""
    store = ground.open()
    reader = StoreReader(store.engine)
    while True:
        for question in QUESTIONS:
            try:
                question(reader)
            except StoreError as error:
                say(f"reader: {error}")
        time.sleep(PAUSE_S)
