"""A forgiving scanner that says where a JSON-like text closes, or that it never does.

It judges completeness only; it makes no values. Two ways to read a quote exist: *proper* (the next
unescaped quote ends the string, as in JSON, JSON5 and Python literals) and *loose* (a quote ends
the string only where a comma, colon, closing bracket or the end follows: unescaped inner quotes).
Every step is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from core.errors import NotJson

MAX_DEPTH = 100
CLOSERS = {"{": "}", "[": "]", "(": ")"}
QUOTES = {'"': '"', "'": "'", "“": "”"}

_SKIP = re.compile(r"(?:\s|//[^\n]*|#[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/)*+")
_STRINGS = {
    opening: re.compile(rf"{opening}(?:[^{closing}\\]|\\.)*+{closing}", re.DOTALL)
    for opening, closing in QUOTES.items()
}
_TO_QUOTE = {
    opening: re.compile(rf"(?:[^{closing}\\]|\\.)*+{closing}", re.DOTALL)
    for opening, closing in QUOTES.items()
}
_AFTER_STRING = re.compile(r"\s*(?:[,:}\])]|\Z|//|/\*|#|```)")
_BARE = re.compile(r"[^\s,:{}\[\]()]+")
_NEXT_MEMBER = re.compile(r'\s*,\s*"(?:[^"\\]|\\.)*+"\s*:', re.DOTALL)
_FENCE_IN_STRING = re.compile(r"\n[ \t]*```")


class Kind(StrEnum):
    OPEN = "open"
    CLOSE = "close"
    COMMA = ","
    COLON = ":"
    STRING = "string"
    BARE = "bare"


class Token(NamedTuple):
    kind: Kind
    text: str
    end: int


@dataclass(frozen=True, slots=True)
class Scan:
    """Tokens from an opening bracket on; ``end`` is the offset after its close, None if cut off."""

    tokens: tuple[Token, ...]
    end: int | None


def too_deep() -> NotJson:
    return NotJson(f"JSON nested deeper than {MAX_DEPTH} levels: ask for a flatter answer")


def member_follows(text: str, position: int) -> bool:
    """Whether ``, "key":`` follows: the object before was closed one bracket too early."""
    return _NEXT_MEMBER.match(text, position) is not None


def scan(text: str, start: int, *, loose: bool = False) -> Scan:
    """Follow the bracket at ``start`` to its close; NotJson when nested deeper than MAX_DEPTH.

    A closing bracket that fits an outer one closes what is open inside it; one that fits nothing is
    skipped. A Markdown fence outside a string ends the text.
    """
    tokens: list[Token] = []
    stack: list[str] = []
    for token in _tokens(text, start, loose=loose):
        tokens.append(token)
        if token.kind is Kind.OPEN:
            stack.append(CLOSERS[token.text])
            if len(stack) > MAX_DEPTH:
                raise too_deep()
        elif token.kind is Kind.CLOSE and token.text in stack:
            while stack.pop() != token.text:
                pass
            if not stack and token.text == "}" and member_follows(text, token.end):
                stack.append("}")
            if not stack:
                return Scan(tuple(tokens), token.end)
    return Scan(tuple(tokens), None)


def _tokens(text: str, position: int, *, loose: bool) -> Iterator[Token]:
    """Tokens until the text, or something unclosed, ends."""
    while (position := _skip(text, position)) < len(text) and not text.startswith(
        ("```", "/*"), position
    ):
        token = _token(text, position, loose=loose)
        if token is None:
            return
        yield token
        position = token.end


def _skip(text: str, position: int) -> int:
    found = _SKIP.match(text, position)
    return found.end() if found else position


def _token(text: str, position: int, *, loose: bool) -> Token | None:
    """The token at ``position``; None for a string that never ends."""
    char = text[position]
    if char in "{[(":
        return Token(Kind.OPEN, char, position + 1)
    if char in "}])":
        return Token(Kind.CLOSE, char, position + 1)
    if char in ",:":
        return Token(Kind(char), char, position + 1)
    if char in QUOTES:
        return _string(text, position, loose=loose)
    found = _BARE.match(text, position)
    end = found.end() if found else position + 1
    return Token(Kind.BARE, text[position:end], end)


def _string(text: str, position: int, *, loose: bool) -> Token | None:
    end = _loose_end(text, position) if loose else _proper_end(text, position)
    if end is None or _FENCE_IN_STRING.search(text, position, end):
        return None
    return Token(Kind.STRING, text[position:end], end)


def _proper_end(text: str, position: int) -> int | None:
    found = _STRINGS[text[position]].match(text, position)
    return found.end() if found else None


def _loose_end(text: str, position: int) -> int | None:
    to_quote = _TO_QUOTE[text[position]]
    found = to_quote.match(text, position + 1)
    while found and not _AFTER_STRING.match(text, found.end()):
        found = to_quote.match(text, found.end())
    return found.end() if found else None
