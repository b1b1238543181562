"""A process that lives for months: few heaps, and what a night has freed goes back to the system."""

from __future__ import annotations

import ctypes
from typing import Any

ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's malloc.h."""
ARENAS = 2


def few_arenas() -> bool:
    """Whether the C library keeps at most two heaps from now on; said before the first thread begins.

    Glibc gives threads heaps of their own, up to eight a core, and each keeps what it ever needed: a
    thread that starts in the fourth month is memory that never comes back.
    """
    mallopt = _called("mallopt", ctypes.c_int, ctypes.c_int)
    return mallopt is not None and bool(mallopt(ARENA_MAX, ARENAS))


def give_back() -> bool:
    """Whether the C library gave free memory back: what a backup needed stays resident otherwise."""
    trim = _called("malloc_trim", ctypes.c_size_t)
    return trim is not None and bool(trim(0))


def _called(name: str, *takes: Any) -> Any:
    """The function of that name; None in a C library that has none, where nothing is to be done."""
    try:
        found = getattr(ctypes.CDLL(None), name)
    except (
        AttributeError,
        OSError,
        TypeError,
    ):  # musl, macOS; Windows has no library without a name
        return None
    found.argtypes, found.restype = list(takes), ctypes.c_int
    return found
