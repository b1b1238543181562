"""Feature hashing: what stands in where no embedding model is installed, and calls itself that.

It compares words and pairs of words, not meanings: two texts are near when they say the same words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from core.market import Floats32

NAME = "hashing"
WORD = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")
SIGN = 1 << 63


class HashingEmbedder:
    """The Embedder port without a model: each word and pair of neighbours adds ±√count to one place.

    Weinberger et al., Feature Hashing for Large Scale Multitask Learning (2009): the sign of a second
    hash makes the places' collisions cancel out on average.
    """

    model = NAME

    def __init__(self, dimensions: int = 384) -> None:
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> Floats32:
        return np.stack([self._one(text) for text in texts]) if texts else self._none()

    def _one(self, text: str) -> Floats32:
        vector = np.zeros(self.dimensions, np.float64)
        for feature, count in Counter(_features(text)).items():
            number = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest())
            vector[number % self.dimensions] += (1 if number & SIGN else -1) * count**0.5
        length = float(np.linalg.norm(vector))
        if length == 0:  # no word at all, or words that cancel out: a direction of its own
            vector[0], length = 1.0, 1.0
        return (vector / length).astype(np.float32)

    def _none(self) -> Floats32:
        return np.empty((0, self.dimensions), np.float32)


def _features(text: str) -> Iterator[str]:
    words = WORD.findall(text.lower())
    yield from words
    yield from (" ".join(pair) for pair in pairwise(words))
