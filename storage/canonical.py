"""Canonical JSON and the chain hash: the bytes that are hashed are the bytes that are stored."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

import orjson

from core.errors import StoreError

RawRow: TypeAlias = tuple[Any, ...]
"""One row of ``events`` as the database gives it: StoredEvent's fields, JSON still text."""

STREAM_ID = re.compile(r"[a-z][a-z_]{0,31}/[A-Za-z0-9._:/+@=-]{1,200}")
NAME = re.compile(r"[A-Za-z0-9._:/+@=-]{1,200}")


def canonical_json(value: object) -> str:
    """Sorted keys, no spaces, shortest floats; NaN, infinity and non-JSON values are StoreError."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError as error:
        raise StoreError(f"an event cannot be written as JSON: {error}") from error
    # orjson writes NaN as null, so only a text with a null in it can hide one.
    if "null" in text and not _finite(value):
        raise StoreError(
            "an event cannot be written as JSON: it holds NaN or infinity; leave it out"
        )
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
        raise StoreError(f"{what} {text[:80]!r} is refused: it must match {pattern.pattern}")
    return text


def row_hash(row: RawRow) -> str:
    """SHA-256 (hex) over one canonical JSON object of what happened, and the hash before it.

    Covered: event_id, metadata, occurred_at, payload, previous_hash, run_id, schema_version,
    stream_id, type, version, week_id. Not covered: position, recorded_at, telemetry, and the
    row's last column, the hash itself.
    """
    (_, stream, version, event_id, kind, schema, week, run, payload, metadata, _, occurred, _,
     previous, _) = row  # fmt: skip
    run = "null" if run is None else f'"{run}"'
    week = "null" if week is None else f'"{week}"'
    text = (
        f'{{"event_id":"{event_id}","metadata":{metadata},"occurred_at":"{occurred}",'
        f'"payload":{payload},"previous_hash":"{previous}","run_id":{run},'
        f'"schema_version":{schema},"stream_id":"{stream}","type":"{kind}","version":{version},'
        f'"week_id":{week}}}'
    )
    return sha256(text.encode()).hexdigest()
