"""Two texts compared word by word, as lines of pieces that are the same or differ; long likeness folded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

MOST = 40_000
"""Signs of each text that are compared; what comes after is said to be left out."""
AROUND = 2
"""Lines kept before and after what differs."""
WORDS = re.compile(r"\w+|\s+|[^\w\s]")
MANY_PAIRS = 250_000
"""Past so many pairs of lines those that come again and again begin no likeness: it would take minutes."""
MOST_PAIRS = 4_000_000
"""Past so many pairs of words a block is shown as different in whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that are the same on both sides, and not shown."""

    lines: int


Line: TypeAlias = tuple[Piece, ...]
Side: TypeAlias = tuple[Line | Fold, ...]


def compared(before: str, after: str) -> tuple[Side, Side]:
    """Both sides, line by line; only their first `MOST` signs."""
    left, right = before[:MOST].split("\n"), after[:MOST].split("\n")
    sides: tuple[list[Line | Fold], list[Line | Fold]] = ([], [])
    many = len(left) * len(right) > MANY_PAIRS
    blocks = SequenceMatcher(None, left, right, autojunk=many).get_opcodes()
    for number, (kind, a, b, c, d) in enumerate(blocks):
        if kind == "equal":
            ends = {"first": number == 0, "last": number == len(blocks) - 1}
            same = tuple(_folded(left[a:b], **ends))
            sides[0].extend(same)
            sides[1].extend(same)
        else:
            one, other = _words("\n".join(left[a:b]), "\n".join(right[c:d]))
            sides[0].extend(_lines(one) if a < b else ())
            sides[1].extend(_lines(other) if c < d else ())
    return tuple(sides[0]), tuple(sides[1])


def _folded(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[Line | Fold]:
    head, tail = 0 if first else AROUND, 0 if last else AROUND
    hidden = len(lines) - head - tail
    if hidden < 2:
        yield from ((Piece(line),) for line in lines)
        return
    yield from ((Piece(line),) for line in lines[:head])
    yield Fold(hidden)
    yield from ((Piece(line),) for line in lines[len(lines) - tail :])


def _words(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    left, right = WORDS.findall(before), WORDS.findall(after)
    if len(left) * len(right) > MOST_PAIRS:
        return [Piece(before, differs=True)], [Piece(after, differs=True)]
    one: list[Piece] = []
    other: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right).get_opcodes():
        differs = kind != "equal"
        if a < b:
            one.append(Piece("".join(left[a:b]), differs))
        if c < d:
            other.append(Piece("".join(right[c:d]), differs))
    return one, other


def _lines(pieces: Sequence[Piece]) -> Iterator[Line]:
    """The pieces cut where a line ends; no pieces are one empty line."""
    line: list[Piece] = []
    for piece in pieces:
        first, *more = piece.text.split("\n")
        if first:
            line.append(Piece(first, piece.differs))
        for text in more:
            yield tuple(line)
            line = [Piece(text, piece.differs)] if text else []
    yield tuple(line)
