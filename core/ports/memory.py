"""Similar things that happened before: embeddings, their index, and recall."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.market import Floats32
from core.schemas.setups import Collection, Neighbour, Remembered


class Embedder(Protocol):
    """Texts to unit vectors; the same text gives the same vector in every process.

    ``model`` names it (``minilm-int8``, ``openai/…``, ``hashing``) and is kept with each collection: vectors
    of two models are never compared.
    """

    @property
    def model(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Floats32:
        """Float32 of shape (texts, dimensions), every row of length 1; EmbeddingFailed in one line."""
        ...


class VectorIndex(Protocol):
    """Nearest neighbours by cosine distance among what was known at an instant."""

    def add(self, documents: Sequence[Remembered], vectors: Floats32) -> None:
        """Keep them; a document that is there already is replaced. WrongDimension, WrongModel by name."""
        ...

    def search(
        self, collection: Collection, vector: Floats32, as_of: datetime, k: int
    ) -> Sequence[Neighbour]:
        """At most ``k`` with ``known_at <= as_of``, nearest first, ties by document id."""
        ...

    def count(self, collection: Collection) -> int: ...


class Recall(Protocol):
    """Similar things that happened before, as stages and pickers ask for them."""

    def similar(
        self, collection: Collection, text: str, as_of: datetime, k: int
    ) -> Sequence[Neighbour]:
        """At most ``k`` neighbours whose outcome was known at ``as_of``, nearest first; may be empty."""
        ...
