"""From the names of models and makers to one pattern of every way they are written.

``openai/gpt-5.1`` also means OpenAI, GPT, GPT 5.1, gpt5.1, GPT-4o, G.P.T.; yet ``together``
keeps its letters where ``xAI`` is scrubbed, and ``philanthropic`` its where ``Anthropic`` is. Where
a name is an ordinary word too (Opus, Gemini), identity wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from core.rules.lookalikes import latin

_PARTS = re.compile(r"[^\W\d_]+|\d+")
_NOT_CORE = re.compile(r"[\W_]+")
_CAPITAL_INSIDE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LETTERS = r"[^\W\d_]"
_JOINT = r"[-‐-―_./·•|*~`+]"
_BETWEEN_PARTS = rf"(?:\s{{1,3}}|\s?{_JOINT}{{1,3}}|\s[-‐-―/]\s)?"
_MARKUP = r"[*_~`]{0,4}"
_BETWEEN_LETTERS = r"[-‐-―_.·|*~`]{0,4}"
_SPREAD = r"[\s.\-‐-―_·•|*/]{1,3}"
_VERSION = r"v?\d++(?:\.\d+)*+(?:[a-z]{1,2}(?![^\W_]))?(?!\s?%)"
_EDITIONS = (
    "pro|flash|mini|nano|lite|turbo|max|ultra|preview|latest|thinking|fast|reasoning|instruct|exp"
)
_EDITION_TAIL = rf"(?:[-‐-―_ ]?(?:{_EDITIONS})(?!{_LETTERS}))*"
_DATE_TAIL = r"(?:[-_.]\d{2,})*"
_TAIL = rf"(?:[-‐-―_.]?{_VERSION}{_DATE_TAIL})?"
_FAMILY_TAIL = rf"(?:[\s\-‐-―_.]?{_VERSION}{_DATE_TAIL}{_EDITION_TAIL})?"

EVERYDAY_VENDORS = frozenset({"rules"})
"""Vendors whose model names are everyday words: only the whole id is a trace."""
_EVERYDAY_WORDS = frozenset(
    f"{_EDITIONS}|chat|base|large|medium|small|free|online|deep|research|search|code|vision|plus"
    "|beta|alpha|high|low|model|open|auto|next|new".split("|")
)
SHORT = 3
LONG = 5


@dataclass(frozen=True, slots=True)
class Patterns:
    """One expression with a group for each entry of ``names``, longest name first.

    ``cores`` are the letters and digits of each: a text that holds none of them, once everything
    else is taken out of it, cannot match.
    """

    expression: re.Pattern[str]
    names: tuple[str, ...]
    cores: tuple[str, ...]

    def may_be_in(self, folded: str) -> bool:
        bare = _NOT_CORE.sub("", folded.casefold())
        return any(core in bare for core in self.cores)


@lru_cache(maxsize=64)
def compiled(terms: tuple[str, ...]) -> Patterns:
    """The pattern of a set of terms, to be searched in ``latin(text).folded``."""
    expressions: dict[str, str] = {}
    names: dict[str, str] = {}
    for term in terms:
        for variant, family in _variants(latin(term).folded):
            parts = tuple(_PARTS.findall(variant.casefold()))
            key = " ".join(parts)
            if parts and (key not in expressions or family):
                expressions[key] = _expression(parts, family=family)
            names.setdefault(key, variant)
    for term in terms:  # what the caller wrote is what the record says
        for spelled in _spellings(latin(term).folded):
            names[" ".join(_PARTS.findall(spelled.casefold()))] = term
    keys = sorted(expressions, key=lambda key: (-len(key), key))
    groups = "|".join(f"({expressions[key]})" for key in keys)
    return Patterns(
        re.compile(groups, re.IGNORECASE),
        tuple(names[key] for key in keys),
        tuple(key.replace(" ", "") for key in keys),
    )


def _variants(term: str) -> Iterator[tuple[str, bool]]:
    """The term, what it is made of, and for each whether a version may follow it after a space."""
    for spelled in _spellings(term):
        yield spelled, False
    vendor, slash, model = term.partition("/")
    if vendor.casefold() in EVERYDAY_VENDORS:
        return
    if slash:
        yield vendor, False
        yield model, False
    if slash or any(char.isdigit() for char in term):
        for word in re.findall(rf"{_LETTERS}{{{SHORT},}}", model or term):
            if word.casefold() not in _EVERYDAY_WORDS:
                yield word, True


def _spellings(term: str) -> tuple[str, str]:
    """The term, and with a gap before each capital inside it (``Open AI``)."""
    return _CAPITAL_INSIDE.sub(" ", term), term


def _expression(parts: tuple[str, ...], *, family: bool) -> str:
    body = _BETWEEN_PARTS.join(_part(part) for part in parts)
    return _start(parts) + body + _end(parts, family=family)


def _part(part: str) -> str:
    """Digits as they are; letters with marks between them, or each set apart (``G P T``)."""
    if part.isdigit():
        return part
    letters = [re.escape(letter) for letter in part]
    if len(part) < SHORT:
        return _MARKUP.join(letters)
    return f"(?:{_BETWEEN_LETTERS.join(letters)}|{_SPREAD.join(letters)})"


def _start(parts: tuple[str, ...]) -> str:
    """Not inside a word, unless a capital begins there (``MyClaude``) or no word has such letters."""
    first = parts[0]
    if _unpronounceable(first):
        return rf"(?<!{_LETTERS}){_LETTERS}*?"
    if len("".join(parts)) <= SHORT:
        return r"(?<![^\W_])"
    return rf"(?:(?<!{_LETTERS})|(?-i:(?<=[a-z])(?=[A-Z])))"


def _end(parts: tuple[str, ...], *, family: bool) -> str:
    """Versions and plurals go with the name; a longer word that only begins like it stays."""
    last = parts[-1]
    if last.isdigit():
        return rf"(?!\d){_EDITION_TAIL}{_LETTERS}{{0,2}}(?!{_LETTERS}){_DATE_TAIL}"
    tail = _FAMILY_TAIL if family else _TAIL
    if len(last) >= LONG or _unpronounceable(last):
        return rf"{_LETTERS}*{tail}"
    return rf"s?(?!{_LETTERS}){tail}" if len(last) > 1 else rf"(?!{_LETTERS}){tail}"


def _unpronounceable(part: str) -> bool:
    return len(part) >= SHORT and part.isalpha() and not set(part) & set("aeiouy")
