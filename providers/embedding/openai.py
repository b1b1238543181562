"""OpenAI's embeddings, or those of any server with the same endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from pydantic import BaseModel, JsonValue, SecretStr, ValidationError

from core.errors import EmbeddingFailed, ModelError
from core.market import Floats32
from providers.http import HttpPolicy, client, post_json

OPENAI = "https://api.openai.com/v1"
DEFAULT_MODEL = "text-embedding-3-small"
MOST_TEXTS = 256
"""Texts a request; the endpoint takes 2,048, and 300,000 tokens in all."""
QUICK = HttpPolicy(read_s=30, deadline_s=90)


class _Entry(BaseModel):
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    data: list[_Entry]


class OpenAIEmbedder:
    """The Embedder port over ``{base_url}/embeddings``; asked in a thread of its own.

    Who asks may be inside an event loop already, and the port is a plain call.
    """

    def __init__(
        self,
        key: SecretStr,
        *,
        name: str = DEFAULT_MODEL,
        dimensions: int = 384,
        base_url: str = OPENAI,
        policy: HttpPolicy | None = None,
    ) -> None:
        self._url = f"{base_url.rstrip('/')}/embeddings"
        self._headers = {"Authorization": f"Bearer {key.get_secret_value()}"}
        self._name = name
        self._policy = policy or QUICK
        self.model = f"openai/{name}"
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> Floats32:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        with ThreadPoolExecutor(1, "embedding") as pool:
            return pool.submit(asyncio.run, self._all(texts)).result()

    async def _all(self, texts: Sequence[str]) -> Floats32:
        starts = range(0, len(texts), MOST_TEXTS)
        async with client(self._policy) as http:
            parts = []
            for start in starts:
                body = self._body(texts[start : start + MOST_TEXTS])
                try:
                    raw = await post_json(http, self._url, body, self._headers, self._policy)
                except ModelError as error:
                    raise EmbeddingFailed(f"{self.model}: {error}") from error
                parts.append(self._vectors(raw, len(texts[start : start + MOST_TEXTS])))
        return np.concatenate(parts)

    def _body(self, texts: Sequence[str]) -> JsonValue:
        return {
            "model": self._name,
            "input": list(texts),
            "dimensions": self.dimensions,
            "encoding_format": "float",
        }

    def _vectors(self, raw: dict[str, JsonValue], count: int) -> Floats32:
        """The answer's vectors in the order of the texts, each of length 1."""
        try:
            entries = sorted(_Answer.model_validate(raw).data, key=lambda entry: entry.index)
        except ValidationError as error:
            raise EmbeddingFailed(f"{self.model} gave no embeddings: try again") from error
        if [entry.index for entry in entries] != list(range(count)):
            raise EmbeddingFailed(f"{self.model} gave {len(entries)} vectors for {count} texts")
        lengths = {len(entry.embedding) for entry in entries}
        if lengths != {self.dimensions}:
            raise EmbeddingFailed(
                f"{self.model} gave vectors of {max(lengths)} dimensions, not {self.dimensions}: "
                "set EMBEDDING_DIMENSIONS to what it can"
            )
        return self._normalised(np.array([entry.embedding for entry in entries], np.float32))

    def _normalised(self, vectors: Floats32) -> Floats32:
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(norms).all() and norms.all()):
            raise EmbeddingFailed(f"{self.model} gave a vector without a direction: try again")
        return np.asarray(vectors / norms, np.float32)
