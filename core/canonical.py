"""Canonical JSON and the hashes made of it: sorted keys, no white space, Decimals as text."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import orjson
from pydantic_core import to_jsonable_python


def canonical_json(value: object) -> bytes:
    """UTF-8 JSON of any plain value or schema; equal values give equal bytes. NaN is ValueError."""
    plain = to_jsonable_python(value)
    if not _is_finite(plain):
        raise ValueError("NaN and Infinity have no canonical JSON")
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def fingerprint(value: object) -> str:
    """SHA-256 of the canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _is_finite(plain: Any) -> bool:
    """Whether plain JSON holds no NaN and no infinity; most of a week's events pass here."""
    kind = type(plain)
    if kind is float:
        return math.isfinite(plain)
    if kind is dict:
        return all(map(_is_finite, plain.values()))
    return kind is not list or all(map(_is_finite, plain))
