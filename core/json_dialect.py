"""JSON in another dialect (comments, trailing commas, bare words, Python) rewritten exactly."""

from __future__ import annotations

import json
import re

from core.errors import NotJson
from core.json_scan import Kind, Token
from core.json_strict import JsonContainer, decode_at, refuse_constant

_LITERALS = {
    "true": "true",
    "True": "true",
    "TRUE": "true",
    "false": "false",
    "False": "false",
    "FALSE": "false",
    "null": "null",
    "None": "null",
    "NULL": "null",
}
_ELLIPSES = frozenset({"...", "…", "....", "....."})
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_LOOKS_NUMERIC = re.compile(r"[+-]?\.?\d")
_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9a-fA-F]{4})|(.))|(")', re.DOTALL)


def rewrite(tokens: tuple[Token, ...]) -> JsonContainer | None:
    """The value of a text in another dialect of JSON; None when its grammar is broken too."""
    _refuse_values(tokens)
    pieces = [_piece(tokens, position) for position in range(len(tokens))]
    if any(piece is None for piece in pieces):
        return None
    rewritten = " ".join(filter(None, pieces))
    try:
        found = decode_at(rewritten, 0, control_characters=True)
    except json.JSONDecodeError:
        return None
    return found.value if found.end == len(rewritten) else None


def refuse_unreadable(tokens: tuple[Token, ...]) -> None:
    """NotJson for NaN, Infinity, an elided value or a key given twice in an ill-formed text."""
    keys: list[set[str]] = []
    for position, token in enumerate(tokens):
        if token.kind is Kind.OPEN:
            keys.append(set())
        elif token.kind is Kind.CLOSE and len(keys) > 1:
            keys.pop()
        elif is_key(tokens, position):
            name = token.text.strip("\"'“” ")
            if name and name in keys[-1]:
                raise NotJson(f"the key {name!r} is given twice: give it once")
            keys[-1].add(name)
        elif token.kind is Kind.BARE:
            _check_bare_value(token, tokens[position - 1])


def _refuse_values(tokens: tuple[Token, ...]) -> None:
    for position, token in enumerate(tokens):
        if token.kind is Kind.BARE and position and not is_key(tokens, position):
            _check_bare_value(token, tokens[position - 1])


def is_key(tokens: tuple[Token, ...], position: int) -> bool:
    following = tokens[position + 1].kind if position + 1 < len(tokens) else None
    return following is Kind.COLON and tokens[position].kind in (Kind.STRING, Kind.BARE)


def _check_bare_value(token: Token, before: Token) -> None:
    if _NOT_FINITE.fullmatch(token.text):
        refuse_constant(token.text)
    if token.text in _ELLIPSES and before.kind is Kind.COLON:
        raise NotJson("a value is left out as '...': write it in full")
    if before.kind is Kind.BARE and _LOOKS_NUMERIC.match(before.text):
        raise NotJson(f"a number in pieces, {before.text} {token.text:.20}: write a plain number")


def _piece(tokens: tuple[Token, ...], position: int) -> str | None:
    """One token as JSON text; empty for a trailing comma, None for what has no certain reading."""
    token = tokens[position]
    if token.kind is Kind.STRING:
        return _quoted(token.text[1:-1])
    if token.kind is Kind.BARE:
        return _bare(token.text, key=is_key(tokens, position))
    if token.kind is Kind.COMMA:
        return "" if tokens[position + 1].kind is Kind.CLOSE else ","
    return None if token.text in "()" else token.text


def _quoted(body: str) -> str:
    """A string's body in JSON quotes; a backslash that escapes nothing stands for itself."""

    def escape(found: re.Match[str]) -> str:
        valid, unknown, quote = found.groups()
        if valid:
            return found.group()
        if quote:
            return '\\"'
        return "'" if unknown == "'" else "\\\\" + unknown

    return f'"{_ESCAPE.sub(escape, body)}"'


def _bare(text: str, *, key: bool) -> str | None:
    if key:
        return json.dumps(text)
    if text in _LITERALS:
        return _LITERALS[text]
    if _JSON_NUMBER.fullmatch(text):
        return text
    if text in _ELLIPSES or _LOOKS_NUMERIC.match(text) or set(text) & set("\"'`“”\\"):
        return None
    return json.dumps(text)
