"""Text of the web as plain words: what a feed sends is read by people and models, and never obeyed."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>?")
LONGEST = 1_000


def plain_text(told: object) -> str:
    """Words without markup or control characters on one line; "" for anything but text."""
    if not isinstance(told, str):
        return ""
    bare = TAG.sub(" ", HIDDEN.sub(" ", told))
    # A second pass: markup that was escaped once would be markup again.
    words = TAG.sub(" ", HIDDEN.sub(" ", html.unescape(bare)))
    shown = "".join(sign if sign.isprintable() else " " for sign in words)
    return " ".join(shown.split())[:LONGEST]


def web_address(told: object) -> str:
    """An address of the web as it is; "" for anything else."""
    web = isinstance(told, str) and re.fullmatch(r"https?://[^\s<>\"']{1,500}", told)
    return str(told) if web else ""


def utc_time(told: object) -> datetime | None:
    """An ISO 8601 instant with its zone, in UTC; None for anything else."""
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return None if at is None or at.tzinfo is None else at.astimezone(UTC)
