"""How long to wait before asking again: what the server asked for, else full jitter."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds of ``Retry-After``, given as seconds or as a date; None when absent or unreadable.

    A date is read against the server's own ``Date``, so that its clock may be wrong.
    """
    asked = headers.get("retry-after", "").strip()
    if not asked:
        return None
    try:
        seconds = float(asked)
    except ValueError:
        return _until(asked, headers.get("date", ""))
    return max(0.0, seconds) if math.isfinite(seconds) else None


def jitter(attempt: int, backoff_s: float, longest_s: float) -> float:
    """Full jitter: anything from nothing to the exponential step of this attempt (from 0)."""
    return random.uniform(0.0, min(backoff_s * 2.0**attempt, longest_s))


def _until(asked: str, server_date: str) -> float | None:
    instant = _instant(asked)
    if instant is None:
        return None
    now = _instant(server_date) or datetime.now(UTC)
    return max(0.0, (instant - now).total_seconds())


def _instant(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
