"""A stage: what it needs, what it gives, when it runs, and how it turns one context into the next."""

from __future__ import annotations

from typing import Any, Protocol

from pydantic import JsonValue

from core.context import ContextKey, PipelineContext


class Stage(Protocol):
    """One step of a run.

    ``run`` sees only the keys in ``needs`` (and ``wants``: used when they are there) and returns its
    context with exactly the keys in ``gives`` bound. It never calls another stage, writes storage,
    reads the clock or knows the screen. ``depends_on`` names the settings, prompt hashes and models
    its outcome depends on, as JSON: part of the stage's fingerprint.
    """

    @property
    def name(self) -> str: ...

    @property
    def needs(self) -> tuple[ContextKey[Any], ...]: ...

    @property
    def gives(self) -> tuple[ContextKey[Any], ...]: ...

    @property
    def timeout_s(self) -> float | None: ...

    def depends_on(self) -> JsonValue: ...

    def when(self, context: PipelineContext) -> bool: ...

    async def run(self, context: PipelineContext) -> PipelineContext: ...


class BaseStage:
    """Defaults most stages share: always runs, no time limit, depends on nothing but its inputs."""

    timeout_s: float | None = None

    def when(self, context: PipelineContext) -> bool:
        return True

    def depends_on(self) -> JsonValue:
        return None
