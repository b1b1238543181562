"""What a long-running process holds and takes, sampled week by week, and how it changed."""

from __future__ import annotations

import gc
import os
import statistics
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

SELF = Path("/proc/self")
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Sample:
    """After a week: memory (MB), open files, threads, and medians of that week in milliseconds.

    ``idle`` is a round in which nothing is due, ``slot`` one with something due before the night,
    ``night`` that of the anchor and the backup, ``scrape`` a look at the metrics.
    """

    week: int
    rss: float
    files: int
    threads: int
    idle: float
    slot: float
    night: float
    scrape: float
    events: int


def rss() -> float:
    """Resident memory of this process in MB, after what is garbage has gone."""
    gc.collect()
    pages = int((SELF / "statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def open_files() -> int:
    """File descriptors; the one this very look needs is not among them."""
    return len([*(SELF / "fd").iterdir()]) - 1


def threads() -> int:
    return threading.active_count()


def fitted_ratio(weeks: Sequence[Sample], value: Callable[[Sample], float]) -> float:
    """End over beginning of the straight line through a figure's weeks."""
    slope, begin = statistics.linear_regression(
        [one.week for one in weeks], [value(one) for one in weeks]
    )
    return (begin + slope * weeks[-1].week) / (begin + slope * weeks[0].week)


def table(samples: Sequence[Sample]) -> str:
    """One line a sample under the names of its figures."""
    names = [one.name for one in fields(Sample)]
    rows = [[_shown(getattr(one, name)) for name in names] for one in samples]
    return "\n".join("".join(f"{cell:>9}" for cell in row) for row in [names, *rows])


def _shown(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.2f}"
