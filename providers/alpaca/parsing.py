"""Alpaca's texts as values: money and shares on Decimal, times with nine fractional digits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from core.errors import BrokerUnavailable
from providers.alpaca.api import Json

BEYOND_MICROSECONDS = re.compile(r"(\.\d{6})\d+")


def number(row: Json, key: str) -> Decimal:
    """``row[key]`` exactly; BrokerUnavailable where there is no finite number."""
    told = row.get(key)
    try:
        value = Decimal(str(told))
    except InvalidOperation:
        value = Decimal("NaN")
    if told is None or isinstance(told, bool) or not value.is_finite():
        raise BrokerUnavailable(f"Alpaca gave {key} as {_short(told)}, not a number: ask again")
    return value


def word(row: Json, key: str) -> str:
    """``row[key]``; BrokerUnavailable where there is no text."""
    told = row.get(key)
    if not isinstance(told, str) or not told:
        raise BrokerUnavailable(f"Alpaca gave {key} as {_short(told)}, not a text: ask again")
    return told


def instant(row: Json, key: str) -> datetime:
    """``row[key]`` in UTC, cut (never rounded up) to microseconds."""
    told = word(row, key)
    try:
        at = datetime.fromisoformat(BEYOND_MICROSECONDS.sub(r"\1", told))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BrokerUnavailable(f"Alpaca gave {key} as {_short(told)}, not a time: ask again")
    return at.astimezone(UTC)


def plain(value: Decimal) -> str:
    """Digits without an exponent, as Alpaca reads quantities."""
    return f"{value:f}"


def _short(told: object) -> str:
    return repr(told)[:60]
