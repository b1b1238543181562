"""Who wrote what stays unknown: identity scrubbed from texts, random labels in a random order.

All of it is pure and replays: the same input gives the same output on every machine and Python.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from string import ascii_uppercase
from types import MappingProxyType
from typing import TypeVar

from core.rules.identity import Patterns, compiled
from core.rules.lookalikes import latin

T = TypeVar("T")

REDACTED = "[redacted]"


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """``text`` without a trace of the terms; ``replacements`` says which went, and how often."""

    text: str
    replacements: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One item under its label, and where it is shown (0 is first)."""

    label: str
    item: str
    position: int


def scrub(text: str, terms: Sequence[str]) -> Scrubbed:
    """``text`` with every trace of the terms replaced by ``[redacted]``.

    Terms are model ids, names, vendors and families (``openai/gpt-5.1``, ``GPT-5.1``, ``OpenAI``);
    what else they are written like is derived in ``core.rules.identity``. Characters that show
    nothing are dropped from the text as well. Scrubbing twice changes nothing.
    """
    return _scrub(text, tuple(terms))


@lru_cache(maxsize=128)
def _scrub(text: str, terms: tuple[str, ...]) -> Scrubbed:
    """Remembered for its week, because each viewer of a pitch scrubs the same text again."""
    counts: Counter[str] = Counter()
    before = -1
    while counts.total() != before:  # a replacement may free the edge of a name beside it
        before = counts.total()
        text = _pass(text, compiled(terms), counts)
    return Scrubbed(text, MappingProxyType(dict(sorted(counts.items()))))


def _pass(text: str, patterns: Patterns, counts: Counter[str]) -> str:
    plain = latin(text)
    if not patterns.may_be_in(plain.folded):
        return plain.original(0, len(plain.folded))
    pieces: list[str] = []
    done = 0
    for found in patterns.expression.finditer(plain.folded):
        counts[patterns.names[(found.lastindex or 1) - 1]] += 1
        pieces += [plain.original(done, found.start()), REDACTED]
        done = found.end()
    pieces.append(plain.original(done, len(plain.folded)))
    return "".join(pieces)


def others(reviewer: str, by_author: Mapping[str, T]) -> dict[str, T]:
    """Everything but the reviewer's own: what it may be shown has no place for it."""
    return {author: item for author, item in by_author.items() if author != reviewer}


def labels(
    seed: str, reviewer: str, items: Sequence[str], prefix: str = "Pitch"
) -> tuple[Labelled, ...]:
    """``items`` under random labels (``Pitch A`` …) in a random order of their own, as shown.

    Labels and order are drawn apart from each other, anew for each seed and reviewer; the order of
    ``items`` does not matter. An item given twice is a ValueError.
    """
    ordered = sorted(items)
    if len(set(ordered)) != len(ordered):
        raise ValueError(f"an item is given twice: {ordered}")
    names = [f"{prefix} {letters(index)}" for index in range(len(ordered))]
    label_of = dict(zip(_shuffled(ordered, seed, reviewer, "label"), names, strict=True))
    shown = _shuffled(ordered, seed, reviewer, "order")
    return tuple(Labelled(label_of[item], item, index) for index, item in enumerate(shown))


def letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA: labels never run out."""
    first, last = divmod(index, 26)
    return (letters(first - 1) if first else "") + ascii_uppercase[last]


def _shuffled(items: Sequence[str], *purpose: str) -> list[str]:
    """A Fisher-Yates shuffle (Durstenfeld 1964), drawn from SHA-256 instead of ``random``.

    ``random.shuffle`` promises no stable order across Python versions; a recorded week must replay.
    """
    shuffled = list(items)
    stream = _words(*purpose)
    for last in range(len(shuffled) - 1, 0, -1):
        chosen = _below(last + 1, stream)
        shuffled[last], shuffled[chosen] = shuffled[chosen], shuffled[last]
    return shuffled


def _words(*purpose: str) -> Iterator[int]:
    """An endless stream of 64-bit words: the head of SHA-256 over the purpose and a counter."""
    for number in count():
        text = "\x1f".join((*purpose, str(number)))
        yield int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _below(bound: int, stream: Iterator[int]) -> int:
    """A number below ``bound``, every one equally likely: words past the last multiple are redrawn."""
    limit = 2**64 - 2**64 % bound
    return next(word for word in stream if word < limit) % bound
