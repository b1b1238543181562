"""The pipeline's context: typed keys, immutable, write-once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

from core.errors import AlreadyBound, MissingKey
from core.events.week import ValueBound

T = TypeVar("T")


@dataclass(frozen=True, eq=False)  # no slots: Generic sets __orig_class__, which must fail softly
class ContextKey(Generic[T]):
    """A name for a value of type T, and the event that carries it into the log.

    ``event`` is None for what a run is given at its start (it is in ``RunStarted`` already).
    """

    name: str
    event: type[ValueBound] | None = None

    def __repr__(self) -> str:
        return self.name


class PipelineContext:
    """An immutable mapping from keys to values; ``bind`` returns a new one and never overwrites."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[ContextKey[Any], Any] | None = None) -> None:
        self._values: Mapping[ContextKey[Any], Any] = MappingProxyType(dict(values or {}))

    def bind(self, key: ContextKey[T], value: T) -> PipelineContext:
        """A new context that also holds ``value``; AlreadyBound if the key is taken."""
        if key in self._values:
            raise AlreadyBound(f"{key.name} is bound already: a context value is written once")
        return PipelineContext({**self._values, key: value})

    def __getitem__(self, key: ContextKey[T]) -> T:
        try:
            return cast("T", self._values[key])
        except KeyError:
            raise MissingKey(
                f"{key.name} is not bound: the stage must declare it in needs, an earlier one give it"
            ) from None

    def get(self, key: ContextKey[T]) -> T | None:
        return cast("T | None", self._values.get(key))

    def __contains__(self, key: ContextKey[Any]) -> bool:
        return key in self._values

    def only(self, keys: Iterable[ContextKey[Any]]) -> PipelineContext:
        """The context a stage sees: the keys it declared, nothing else."""
        wanted = set(keys)
        return PipelineContext({k: v for k, v in self._values.items() if k in wanted})

    def keys(self) -> frozenset[ContextKey[Any]]:
        return frozenset(self._values)
