"""A program of its own that backs a store up, or restores one, again and again until it is killed.

Run as ``python -m tests.storage.keeper backup URL FOLDER`` or ``… restore FOLDER FILE``: writes
``FOLDER/1.db, 2.db, …``, or fills ``FOLDER/1.db, 2.db, …`` from FILE; prints each number when done.
``… fill URL FILE`` prints a 1 before it fills that one store.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from storage.backup import backup
from storage.event_store import open_store
from storage.restore import restore
from tests.storage.conftest import REGISTRY


def opened(url: str):
    return open_store(url, registry=REGISTRY)


def told(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main(verb: str, first: str, second: str) -> None:
    if verb == "fill":
        told(1)
        restore(Path(second), first, opened)
        return
    for number in count(1):
        if verb == "backup":
            backup(opened(first), Path(second) / f"{number}.db")
        else:
            restore(Path(second), f"sqlite:///{Path(first) / f'{number}.db'}", opened)
        told(number)


if __name__ == "__main__":
    main(*sys.argv[1:4])
