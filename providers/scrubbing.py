"""What may be told of a failure: the provider's words in one short line, without a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from core.redaction import scrubbed
from core.well_formed import well_formed
from providers.json_wire import decode

LONGEST = 300
SECRET_HEADER = re.compile(r"authorization|key|token|secret|cookie", re.IGNORECASE)


def secrets_of(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that go out with these headers, longest first."""
    found = {
        word
        for name, value in headers.items()
        if SECRET_HEADER.search(name)
        for word in (value, value.split(" ", 1)[-1])
        if word.strip()
    }
    return tuple(sorted(found, key=len, reverse=True))


def one_line(told: JsonValue, secrets: Iterable[str]) -> str:
    """At most 300 characters on one line; scrubbed before it is cut, so that no half key is left."""
    words = well_formed(str(told or "no reason given"))
    line = " ".join(scrubbed(words, secrets).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def words_of(body: JsonValue) -> str:
    """The provider's reason out of an error body, a gateway's nested one included; may be empty."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, Mapping):
        return body if isinstance(body, str) else ""
    error = body.get("error") or body.get("detail") or body.get("message") or body.get("errors")
    if not isinstance(error, Mapping):
        return _plain(error)
    said = _plain(error.get("message")) or _plain(error.get("code")) or _plain(error.get("type"))
    inner = _nested(error.get("metadata"))
    return f"{said}: {inner}" if inner and inner not in said else said


def _nested(metadata: JsonValue) -> str:
    """What the provider behind a gateway said: text, or JSON as text."""
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    if isinstance(raw, str):
        try:
            inner = words_of(decode(raw))
        except ValueError:
            return raw
        return inner or raw
    return words_of(raw)


def _plain(value: JsonValue) -> str:
    if isinstance(value, list):
        return "; ".join(filter(None, map(_plain, value)))
    if isinstance(value, Mapping):
        return _plain(value.get("message") or value.get("msg") or value.get("error"))
    return "" if value is None else str(value)
