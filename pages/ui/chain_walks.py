"""Walks over the whole log: one at a time a process, the result kept until the log moves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread

import streamlit as st

from core.clock import SystemClock
from core.errors import Busy, CouncilError
from pages.http.store import web_settings
from pages.ui.data import StoreState
from storage.queries.chain import walk_chains
from storage.verification import VerificationResult

REST_S = 30.0
"""Between two walks of one process: a walk takes a core for seconds."""
BREATH_S = 0.002
"""After each thousand events the other threads of this process go on."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk came to: a result, or why it could not be made."""

    version: str
    at: datetime
    result: VerificationResult | None
    trouble: str = ""


class ChainWalks:
    """Every store's newest walk, and the one under way; safe to share between threads."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        walk: Callable[..., VerificationResult | None] = walk_chains,
    ) -> None:
        self._lock = Lock()
        self._newest: dict[str, Walked] = {}
        self._running: str | None = None
        self._walked = 0
        self._rested_at = float("-inf")
        self._clock = clock
        self._walk = walk
        self.thread: Thread | None = None

    def newest(self, state: StoreState) -> Walked | None:
        return self._newest.get(state.reader.address)

    def under_way(self, state: StoreState) -> int | None:
        """Events walked so far; None when this store is not walked now."""
        with self._lock:
            return self._walked if self._running == state.reader.address else None

    def begin(self, state: StoreState) -> Thread | None:
        """Walk in a thread; None when this log was walked as it is. Busy in one line otherwise."""
        done = self.newest(state)
        if done is not None and done.version == state.version and done.result is not None:
            return None
        with self._lock:
            wait = self._rested_at - self._clock()
            if self._running is not None:
                raise Busy("the log is being walked already: wait for its end")
            if wait > 0:
                raise Busy(f"the log was walked just now: again in {wait:.0f} s")
            self._running, self._walked = state.reader.address, 0
            self.thread = Thread(target=self._go, args=(state,), name="chain walk", daemon=True)
        self.thread.start()
        return self.thread

    def _go(self, state: StoreState) -> None:
        result, trouble = None, ""
        try:
            result = self._walk(state.reader, web_settings().paths.runs, self._said)
        except CouncilError as error:
            trouble = str(error)
        finally:
            walked = Walked(state.version, SystemClock().now(), result, trouble)
            with self._lock:
                self._newest[state.reader.address] = walked
                self._running, self._rested_at = None, self._clock() + REST_S

    def _said(self, walked: int) -> None:
        self._walked = walked
        time.sleep(BREATH_S)


@st.cache_resource(show_spinner=False)
def chain_walks() -> ChainWalks:
    """Those of this process."""
    return ChainWalks()
