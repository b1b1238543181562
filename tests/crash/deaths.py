"""Children that live a story of the desk, or die in it, and what they leave in their folder.

A story writes ``desk.db``, the broker's ``orders.jsonl``, and at its end ``heads.json`` and ``points``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from storage.event_store import SqlEventStore
from tests.fakes.kill_points import KillPoints

Story = Callable[[Path, int], object]
"""Lives it in a folder, dying at the kill point of that number (0: nowhere)."""


def in_a_child(story: Story, folder: Path, kill_at: int) -> int:
    """The wait status of a forked child that lives the story, or dies in it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            story(folder, kill_at)
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def keep_end(folder: Path, store: SqlEventStore, points: KillPoints) -> None:
    """What the story came to: every stream's head, and the points it passed."""
    ends = {stream: head.hash for stream, head in sorted(store.heads().items())}
    (folder / "heads.json").write_text(json.dumps(ends))
    (folder / "points").write_text("\n".join(points.passed))


def fresh(before: Path, folder: Path) -> Path:
    """The folder with a copy of the store that the story begins with."""
    folder.mkdir(exist_ok=True)
    for file in before.glob("desk.db*"):
        if file.is_file():
            shutil.copy(file, folder / file.name)
    return folder


def passed(folder: Path) -> list[str]:
    return (folder / "points").read_text().splitlines()


def heads(folder: Path) -> dict[str, str]:
    return json.loads((folder / "heads.json").read_text())


def orders(folder: Path) -> Counter[str]:
    lines = (folder / "orders.jsonl").read_text().splitlines()
    return Counter(json.loads(line)["client_order_id"] for line in lines)


def check_death(story: Story, number: int, folder: Path, untouched: Path) -> None:
    """Killed at that point and lived again, it ends as if nothing had happened; the folder goes."""
    where = f"point {number}: {passed(untouched)[number - 1]}"
    status = in_a_child(story, folder, number)
    assert os.WIFSIGNALED(status), where
    assert os.WTERMSIG(status) == signal.SIGKILL, where
    assert in_a_child(story, folder, 0) == 0, where
    assert heads(folder) == heads(untouched), where
    assert orders(folder) == orders(untouched), where
    shutil.rmtree(folder)
