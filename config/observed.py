"""All that lets a process be watched, for as long as it runs: logs, spans, metrics and health."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from config.logging import configure
from config.observed_http import serve
from config.settings import Settings
from config.spans import exported
from core.errors import BadInput
from storage.engine import PoolSettings
from storage.event_store import SqlEventStore


@contextmanager
def observed(
    settings: Settings, store: SqlEventStore, say: Callable[[str], None]
) -> Iterator[None]:
    """The scheduler's logs are structured, its spans sent, its port answered while the block runs.

    A port that is taken is said in one line and the work goes on without it: a standby on the same
    machine must not fail to stand by.
    """
    configure(settings)
    kept = settings.pool
    pool = PoolSettings(kept.min_size, kept.max_size, kept.command_timeout_s, kept.max_idle_s)
    with ExitStack() as stack:
        stack.enter_context(exported(settings))
        try:
            port = stack.enter_context(serve(store, settings.ports.scheduler, pool=pool))
        except BadInput as error:
            say(f"not watched: {error}")
        else:
            say(f"metrics and health on http://127.0.0.1:{port}/metrics and /healthz")
        yield
