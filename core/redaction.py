"""Text without keys in it: the known ones, and whatever looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable

REMOVED = "[key removed]"
SHORTEST_KEY = 4
"""Shorter ones are words a house server takes for a key; removing them would garble every text."""
KEY_LIKE = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|pplx|hf|nvapi|AIza)[-_]?[A-Za-z0-9_-]{3}[A-Za-z0-9_*.…-]{5,}"
)
"""Keys as the makers write them, whole or with a masked middle."""


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """``text`` without the keys given and without anything that looks like one."""
    for secret in secrets:
        if len(secret) >= SHORTEST_KEY:
            text = text.replace(secret, REMOVED)
        if len(secret) > 16:  # providers echo a key with its middle masked or its end cut off
            text = re.sub(rf"{re.escape(secret[:8])}[^\s'\"]*", REMOVED, text)
    return KEY_LIKE.sub(REMOVED, text)
