"""Canonical JSON and the chain hash: the bytes that are hashed are the bytes that are stored."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

import orjson

from core.errors import StoreError

STREAM_ID = re.compile(r"[a-z][a-z_]{0,31}/[A-Za-z0-9._:/+@=-]{1,200}")
NAME = re.compile(r"[A-Za-z0-9._:/+@=-]{1,200}")


def canonical_json(value: object) -> str:
    """Sorted keys, no spaces, shortest floats; NaN, infinity and non-JSON values are StoreError."""
    if value == {}:
        return "{}"
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError as error:
        raise StoreError(f"cannot be written as JSON: {error}") from error
    # orjson writes NaN as null, so only a text with a null in it can hide one.
    if "null" in text and not _finite(value):
        raise StoreError("cannot be written as JSON: NaN or infinity; leave the value out instead")
    return text


def _finite(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(map(_finite, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(map(_finite, value))
    return True


def checked(text: str, pattern: re.Pattern[str], what: str) -> str:
    """``text`` if it is made of safe characters only, so that it needs no escaping when hashed."""
    if pattern.fullmatch(text) is None:
        raise StoreError(f"{what} {text[:80]!r} is not allowed: use {pattern.pattern}")
    return text


def quoted(text: str | None) -> str:
    """A JSON string (of safe characters) or null."""
    return "null" if text is None else f'"{text}"'


def chain_hash(before: str, between: str, after: str, version: int, previous_hash: str) -> str:
    """SHA-256 (hex) over one canonical JSON object with sorted keys.

    ``before``: event_id, metadata, occurred_at, payload; ``between``: run_id, schema_version,
    stream_id, type; ``after``: week_id. Position, recorded_at and telemetry are not covered.
    """
    text = f'{before},"previous_hash":"{previous_hash}",{between},"version":{version},{after}'
    return sha256(text.encode()).hexdigest()
