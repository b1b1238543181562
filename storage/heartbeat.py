"""A leader's heartbeat: a thread of its own, so that no long call of the worker costs the lease."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from core.errors import ConfigError, StoreError
from storage.leases import Lease

RETRY_S = 0.5


class Heartbeat:
    """Renews a lease that was won, every ``every_s`` seconds, until it is stopped or the lease lost.

    ``on_lost`` is called once, in the heartbeat's thread, when another process leads, or when the
    database could not be asked for as long as the lease lasts. Not after ``stop``, which leaves
    the lease as it is: release it afterwards. ConfigError when ``every_s`` could not keep it.
    ``alive`` says whether the worker still turns: for one that hangs the lease is not renewed, and
    it is lost as well.
    """

    def __init__(
        self,
        lease: Lease,
        every_s: float,
        on_lost: Callable[[], None],
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        if not 0 < every_s < lease.ttl_s:
            raise ConfigError(
                f"a heartbeat every {every_s:g} s cannot keep a lease of {lease.ttl_s:g} s: "
                "make it shorter, a quarter of the lease does well"
            )
        self._lease = lease
        self._every_s = every_s
        self._on_lost = on_lost
        self._alive = alive
        self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"{lease.name} heartbeat", daemon=True
        )

    def start(self) -> Self:
        """Begin right after the lease was won; LeaseLost when it is not ours."""
        self._token = self._lease.fence().token
        self._thread.start()
        return self

    def stop(self) -> None:
        """No beat and no ``on_lost`` after this, whichever thread calls."""
        self._stopped.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        kept_at, pause = time.monotonic(), self._every_s
        while not self._stopped.wait(pause) and self._alive():
            asked_at = time.monotonic()
            try:
                kept = self._lease.renew() == self._token
            except StoreError:
                left = kept_at + self._lease.ttl_s - time.monotonic()
                kept, pause = left > 0, max(min(RETRY_S, self._every_s, left), 0)
            else:
                kept_at, pause = asked_at, self._every_s
            if not kept:
                break
        if not self._stopped.is_set():
            self._on_lost()
