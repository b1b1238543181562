"""What the memory is made of: config/memory.yaml, and the EMBEDDING_ variables over its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from pydantic import Field

from config.environment import EmbeddingProvider, Environment
from core.errors import ConfigError
from core.policy import MemoryPolicy
from core.schemas.base import Schema

Backend: TypeAlias = Literal["auto", "exact", "sqlite_vec", "pgvector"]
LOCAL, LOCAL_DIMENSIONS = "minilm-int8", 384
OPENAI = "text-embedding-3-small"


class MemorySpec(Schema):
    """``daily`` keeps conditions also while no strategy of cycles is on; the rest as in the file."""

    council: bool = False
    weeks: int = Field(default=3, ge=1, le=10)
    daily: bool = False
    backend: Backend = "auto"

    @property
    def policy(self) -> MemoryPolicy:
        return MemoryPolicy(council=self.council, weeks=self.weeks)


class MemoryFile(Schema):
    memory: MemorySpec = MemorySpec()


class MemorySettings(Schema):
    """``provider`` ``auto`` is the local model where it is installed, else hashing."""

    provider: EmbeddingProvider
    model: str | None
    dimensions: int
    spec: MemorySpec


def memory_settings(
    file: MemoryFile, environment: Environment, given: Mapping[str, str]
) -> MemorySettings:
    """What the EMBEDDING_ variables mean together; ConfigError for a model that is not the provider's."""
    provider, model = environment.embedding_provider, environment.embedding_model
    dimensions = environment.embedding_dimensions
    if provider in ("auto", "minilm"):
        if model not in (None, LOCAL):
            raise ConfigError(
                f"{given['EMBEDDING_MODEL']}: {model} is not the local model's name ({LOCAL}): "
                "leave it out, or set EMBEDDING_PROVIDER=openai"
            )
        if dimensions != LOCAL_DIMENSIONS:
            raise ConfigError(
                f"{given['EMBEDDING_DIMENSIONS']}: {dimensions} is not allowed ({LOCAL} has "
                f"{LOCAL_DIMENSIONS}): leave it out, or set EMBEDDING_PROVIDER=openai or hashing"
            )
    if provider == "hashing" and model not in (None, "hashing"):
        raise ConfigError(
            f"{given['EMBEDDING_MODEL']}: {model} cannot be had by hashing: leave it out"
        )
    return MemorySettings(provider=provider, model=model, dimensions=dimensions, spec=file.memory)
