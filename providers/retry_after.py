"""How long to wait before asking again: what the server asked for, else full jitter."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pydantic import JsonValue

SECONDS = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


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


def told_wait(body: JsonValue) -> float | None:
    """Seconds of the ``retryDelay`` Google tells in the body of its error; None when there is none."""
    if isinstance(body, list) and body:
        body = body[0]
    error = body.get("error") if isinstance(body, Mapping) else None
    details = error.get("details") if isinstance(error, Mapping) else None
    for detail in details if isinstance(details, list) else ():
        told = detail.get("retryDelay") if isinstance(detail, Mapping) else None
        if isinstance(told, str) and (delay := SECONDS.fullmatch(told)):
            return float(delay[1])
    return None


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
