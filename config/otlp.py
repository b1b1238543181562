"""Spans over OTLP/HTTP: names, counts and decisions, in the trace that is bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span as OtlpSpan
from opentelemetry.trace import Status, StatusCode

from core.redaction import scrubbed
from core.spans import Fact, Span
from core.tracing import TRACE_ID, bound

SERVICE = "llm-trading-council"
LONGEST_SEND_S = 3.0
HEX_DIGITS, TRACE_LENGTH = set("0123456789abcdef"), 32


class OtlpSpans:
    """The `Spans` of a process; sent in batches by a thread of its own until ``close``.

    An error is told by its class alone: its message may quote what a model said.
    """

    def __init__(self, endpoint: str, secrets: Sequence[str] = ()) -> None:
        self._secrets = tuple(secrets)
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": SERVICE}),
            id_generator=BoundTraceIds(),
            shutdown_on_exit=False,
        )
        address = f"{endpoint.rstrip('/')}/v1/traces"
        exporter = OTLPSpanExporter(address, timeout=LONGEST_SEND_S)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(SERVICE)

    @contextmanager
    def span(self, name: str, **facts: Fact) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        ) as inner:
            told = _Told(inner, self._secrets)
            told.note(**bound(), **{k: v for k, v in facts.items() if k not in bound()})
            try:
                yield told
            except BaseException as error:
                inner.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def close(self) -> None:
        self._provider.shutdown()


class _Told:
    def __init__(self, inner: OtlpSpan, secrets: Sequence[str]) -> None:
        self._inner = inner
        self._secrets = secrets

    def note(self, **facts: Fact) -> None:
        for name, value in facts.items():
            clean = scrubbed(value, self._secrets) if isinstance(value, str) else value
            self._inner.set_attribute(f"desk.{name}", clean)


class BoundTraceIds(RandomIdGenerator):
    """A trace has the id it has in the log and in the events; one without such an id gets any."""

    def generate_trace_id(self) -> int:
        known = bound().get(TRACE_ID)
        return super().generate_trace_id() if known is None else trace_number(known)

    def is_trace_id_random(self) -> bool:
        return False


def trace_number(trace_id: str) -> int:
    """32 hexadecimal digits as they are, any other id (a caller's X-Request-ID) by its hash."""
    plain = len(trace_id) == TRACE_LENGTH and set(trace_id) <= HEX_DIGITS and int(trace_id, 16)
    return plain or int(sha256(trace_id.encode()).hexdigest()[:TRACE_LENGTH], 16)
