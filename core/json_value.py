"""One JSON-like stretch of text into a value, or a refusal: nothing is guessed, no number changes.

Three readings, strictest first: JSON itself; JSON written in another dialect (comments, trailing
commas, single quotes, bare keys and words, Python literals), which is rewritten token by token; and
``json_repair`` for the rest, whose result is believed only if every number of the text is in it and
no other. Duplicate keys with different values, NaN and Infinity are refused in all three.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import json_repair

from core.errors import NotJson, TruncatedJson
from core.json_dialect import is_key, refuse_unreadable, rewrite
from core.json_scan import Kind, Scan, Token, member_follows, scan
from core.json_strict import Found, JsonContainer, check_depth, decode_at, parts

_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][\d_]*)(?:\.[\d_]*)?|\.\d+)(?:[eE][+-]?\d*)?")
_CLOSED_TAIL = re.compile(r"[\s}\])]*(?:```\s*)?\Z")


def read_value(text: str, start: int) -> Found:
    """The value whose opening bracket is at ``start``.

    TruncatedJson if the bracket never closes; NotJson for what cannot be read without guessing.
    """
    try:
        strict = decode_at(text, start)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated string"):
            raise _truncated(text) from None
        strict = None
    if strict is not None and not member_follows(text, strict.end):
        return strict
    proper = scan(text, start)
    if proper.end is not None and (rewritten := rewrite(proper.tokens)) is not None:
        return Found(rewritten, proper.end)
    whole = _whole(text, start, proper)
    refuse_unreadable(whole.tokens)
    return Found(_repair(text[start : whole.end], whole.tokens), whole.end or start)


def _whole(text: str, start: int, proper: Scan) -> Scan:
    """The scan that reaches the close of an ill-formed value."""
    loose = scan(text, start, loose=True)
    if loose.end is not None:
        return loose
    if proper.end is not None and _CLOSED_TAIL.match(text, proper.end):
        return proper
    raise _truncated(text)


def _truncated(text: str) -> TruncatedJson:
    tail = " ".join(text[-40:].split())
    return TruncatedJson(f"the answer is cut off after {tail!r}: ask again with more tokens")


def _repair(segment: str, tokens: tuple[Token, ...]) -> JsonContainer:
    """What ``json_repair`` makes of a complete but ill-formed text, if it kept every number."""
    try:
        value: Any = json_repair.repair_json(segment, return_objects=True, skip_json_loads=True)
    except (RecursionError, ValueError, IndexError) as error:
        raise NotJson(f"the JSON cannot be repaired ({type(error).__name__})") from None
    if not isinstance(value, dict | list):
        raise NotJson(f"the answer holds {value!r:.40}, not a JSON object or array")
    check_depth(value)
    written = Counter(_written_numbers(tokens))
    read = Counter(_numbers(value))
    if not all(map(math.isfinite, read)):
        raise NotJson("a number in the answer is too large to be held exactly")
    if written != read:
        changed = sorted((written - read) | (read - written))
        raise NotJson(f"the JSON cannot be repaired without changing the numbers {changed[:5]}")
    return value


def _written_numbers(tokens: tuple[Token, ...]) -> Iterator[float]:
    for position, token in enumerate(tokens):
        if token.kind is Kind.BARE and not is_key(tokens, position):
            text = token.text.replace("_", "")
            if _NUMBER.fullmatch(token.text):
                yield float(text.rstrip("eE+-"))


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for part in parts(value):
            yield from _numbers(part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(str(value))
