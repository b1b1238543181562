"""Spans to an OpenTelemetry collector, when one is named; without it none of it is even loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from config.known_secrets import known_values
from config.settings import Settings
from core.spans import listening


@contextmanager
def exported(settings: Settings) -> Iterator[None]:
    """For the block, stages and model calls are told to ``OTEL_EXPORTER_OTLP_ENDPOINT``.

    What waits to be sent at the end is sent, within a few seconds. A collector that is down costs
    the desk nothing but its spans.
    """
    if settings.otlp_endpoint is None:
        yield
        return
    from config.otlp import OtlpSpans  # noqa: PLC0415 - half a second nobody pays for nothing

    spans = OtlpSpans(settings.otlp_endpoint, known_values(settings))
    try:
        with listening(spans):
            yield
    finally:
        spans.close()
