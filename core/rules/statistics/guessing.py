"""Whether words betray their author: each text is guessed from the author's earlier ones alone.

A plain naive Bayes over words and punctuation marks (McCallum and Nigam 1998), which no reader would
fail to match. It sees a text only after it has guessed it, so no share it reaches is hindsight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from core.market import Floats
from core.rules.statistics.quantiles import Interval, wilson

BUCKETS = 512
"""Words are counted by their checksum: a closed alphabet, whatever models write."""
FEWEST_TEXTS = 3
"""Of every author in question, before anything is guessed."""
TOKENS = re.compile(r"[^\W\d_]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Author:
    """What is known of an author: ``texts`` read, and how often each of the buckets occurred."""

    texts: int = 0
    counts: tuple[int, ...] = (0,) * BUCKETS

    def read(self, text: str) -> Author:
        return Author(
            self.texts + 1,
            tuple((np.asarray(self.counts) + _counted(text)).astype(int).tolist()),
        )


@dataclass(frozen=True, slots=True)
class Guessing:
    """``share`` of ``guesses`` that named the author; ``chance`` is what naming anybody would reach."""

    guesses: int
    share: float | None
    chance: float | None
    interval: Interval | None

    @property
    def betrayed(self) -> bool:
        """Whether authors are told apart better than by chance."""
        return (
            self.interval is not None
            and self.chance is not None
            and (self.interval.low > self.chance)
        )


def guessed(texts: Mapping[str, str], known: Mapping[str, Author]) -> dict[str, str]:
    """Author → whom its text of this round looks like, of the round's authors.

    Nothing when there is nobody to confuse it with, or one of them has hardly been read yet.
    """
    authors = [known.get(name, Author()) for name in texts]
    if len(texts) < 2 or any(author.texts < FEWEST_TEXTS for author in authors):
        return {}
    names = list(texts)
    logs = _log_shares(authors)
    return {name: names[int(np.argmax(logs @ _counted(text)))] for name, text in texts.items()}


def guessing(hits: int, candidates: Floats) -> Guessing:
    """Of ``hits`` right guesses among as many guesses (n,) with so many ``candidates`` each."""
    count = len(candidates)
    if not count:
        return Guessing(0, None, None, None)
    return Guessing(count, hits / count, float(np.mean(1 / candidates)), wilson(hits, count))


def _counted(text: str) -> Floats:
    places = [crc32(token.encode()) % BUCKETS for token in TOKENS.findall(text.casefold())]
    found: Floats = np.bincount(places, minlength=BUCKETS).astype(np.float64)
    return found


def _log_shares(authors: list[Author]) -> Floats:
    """Of each bucket in an author's words, with one of everything added: (authors, buckets)."""
    counts = np.array([author.counts for author in authors], dtype=np.float64) + 1
    logs: Floats = np.log(counts / np.sum(counts, axis=1, keepdims=True))
    return logs
