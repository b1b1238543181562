"""Canonical JSON and the hashes made of it: sorted keys, no white space, Decimals as text."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from typing import Any

import orjson
from pydantic_core import to_jsonable_python


def canonical_json(value: object) -> bytes:
    """UTF-8 JSON of any plain value or schema; equal values give equal bytes. NaN is ValueError."""
    plain = to_jsonable_python(value)
    if any(not math.isfinite(number) for number in _floats(plain)):
        raise ValueError("NaN and Infinity have no canonical JSON")
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def fingerprint(value: object) -> str:
    """SHA-256 of the canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _floats(item)
