"""Which requests get a line of the web server: none that machines repeat, no token of a link or login."""

from __future__ import annotations

import logging
from collections.abc import Callable

ACCESS = "uvicorn.access"
PROBES = ("/livez", "/healthz", "/health", "/api/health", "/metrics")
PARTS = ("/_stcore/", "/static/", "/media/", "/component/")
"""What a browser asks for by itself while a page is open."""
SHARED = ("/s/", "/r/")
"""Before a token; what follows is hidden."""
PROVIDER = ("/oauth2callback", "/auth/")
"""An identity provider's codes come in the query; it is hidden."""
FIRST_ERROR = 400
PATH, STATUS = 2, 4
"""Where uvicorn's line has them: client, method, path, version of HTTP, status."""


def access_filter(*, verbose: bool) -> Callable[[logging.LogRecord], bool]:
    """For a handler: False for a request nobody need read of; all others, and every error, pass."""

    def worth_a_line(record: logging.LogRecord) -> bool:
        said = record.args
        if record.name != ACCESS or not isinstance(said, tuple) or len(said) <= STATUS:
            return True
        path, status = str(said[PATH]), said[STATUS]
        if path.startswith(SHARED):
            record.args = (*said[:PATH], f"{path[:3]}…", *said[PATH + 1 :])
        elif path.startswith(PROVIDER):
            record.args = (*said[:PATH], path.partition("?")[0], *said[PATH + 1 :])
        failed = not isinstance(status, int) or status >= FIRST_ERROR
        return verbose or failed or not _is_repeated(path)

    return worth_a_line


def _is_repeated(path: str) -> bool:
    bare = path.partition("?")[0]
    return bare.rstrip("/") in PROBES or bare.startswith(PARTS)
