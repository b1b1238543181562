"""The memory of a desk: which embedder its texts go through, and the index over its store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from config.own_keys import secrets_of
from config.remembering import OPENAI, MemorySettings
from config.settings import Settings
from core.desk.remembering import TELLINGS
from core.errors import ConfigError
from core.memory import Memory
from core.ports import Embedder
from core.schemas.setups import Collection, Neighbour
from providers.embedding import minilm
from providers.embedding.hashing import HashingEmbedder
from providers.embedding.minilm import MiniLmEmbedder
from providers.embedding.openai import OpenAIEmbedder
from storage.event_store import SqlEventStore
from storage.vectors import open_vectors

_memories: WeakKeyDictionary[Engine, tuple[MemorySettings, Memory]] = WeakKeyDictionary()
"""One a store: its matrix is up to 150 MB, and several desks may stand over the same log."""


def memory_of(settings: Settings, store: SqlEventStore) -> Memory:
    """The memory over this store; ConfigError when its embedder cannot be had."""
    known = _memories.get(store.engine)
    if known is not None and known[0] == settings.memory:
        return known[1]
    embedder = embedder_of(settings)
    index = open_vectors(
        store.engine, embedder.model, embedder.dimensions, settings.memory.spec.backend
    )
    memory = Memory(store, embedder, index, TELLINGS)
    _memories[store.engine] = (settings.memory, memory)
    return memory


@dataclass(frozen=True, slots=True)
class AskedLater:
    """The Recall port over a store's memory, which is made with the first question.

    Most commands never ask, and an embedder that cannot be had must not keep them from their work.
    """

    settings: Settings
    store: SqlEventStore

    def similar(
        self, collection: Collection, text: str, as_of: datetime, k: int
    ) -> Sequence[Neighbour]:
        return memory_of(self.settings, self.store).similar(collection, text, as_of, k)


def embedder_of(settings: Settings) -> Embedder:
    """Who turns texts into vectors; nothing is loaded before the first text."""
    memory = settings.memory
    if memory.provider == "openai":
        key = secrets_of(settings).openai_api_key
        if key is None:
            raise ConfigError(
                "EMBEDDING_PROVIDER is openai and there is no LLM_OPENAI_API_KEY: "
                "set the key in .env, or EMBEDDING_PROVIDER=auto"
            )
        return OpenAIEmbedder(key, name=memory.model or OPENAI, dimensions=memory.dimensions)
    if memory.provider == "minilm" or (memory.provider == "auto" and minilm.installed()):
        return MiniLmEmbedder()
    return HashingEmbedder(memory.dimensions)
