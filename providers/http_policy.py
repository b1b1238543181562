"""How long a call over HTTP may take, how often it is tried, how much it may bring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """Seconds and counts: ``read_s`` is per read, ``deadline_s`` bounds the call with its retries.

    ``longest_wait_s`` bounds a wait of our own choosing; a wait the server asks for is kept, or
    given up at once where it would pass the deadline. ``most_bytes`` bounds an answer.
    """

    connect_s: float = 10.0
    read_s: float = 120.0
    deadline_s: float = 300.0
    retries: int = 3
    backoff_s: float = 1.0
    longest_wait_s: float = 30.0
    most_bytes: int = 64 * 1024 * 1024
