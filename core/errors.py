"""The error tree; every message is one line that names the thing, the value and the way out.

CouncilError
├── BadInput             what the person asked for cannot be done as asked (exit code 2)
│   └── Busy             another process works on it: the same again later
├── ConfigError          a configuration file or variable is wrong: file, line, key, allowed values
├── MarketError
│   ├── NoBars           nothing known for a symbol at ``as_of``
│   ├── BadBars          a file or series that cannot be trusted (missing column, text in close, …)
│   └── UnknownSymbol
├── ModelError           a language model gave no usable answer
│   ├── ModelTimeout     ├── ModelRefused    ├── ModelTruncated
│   ├── ModelEmpty       ├── ModelUnavailable└── UnknownPrompt (replay has no recorded answer)
├── StructuredError      an answer that is not the schema asked for
│   ├── NotJson          ├── TruncatedJson   ├── SchemaMismatch
│   └── AnswerUnusable   still so after the one re-ask; keeps every raw answer
├── PipelineError
│   ├── WiringError      found when the pipeline is built, names stage and key
│   ├── MissingKey       ├── AlreadyBound    ├── StageTimeout    └── StageFailed
├── StoreError
│   ├── ConcurrencyError a stale expected version
│   ├── EventConflict    the same event id with another content
│   ├── ChainBroken      names stream and version
│   ├── UnknownEvent     ├── NewerSchema     └── StoreUnusable (read-only, full, newer database)
└── BrokerError
    ├── OrderRefused     proven not taken
    └── OrderUnknown     may have been taken: look it up, never resend
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the error tree stands below everything at run time
    from core.schemas.model_call import ModelAnswer


class CouncilError(Exception):
    """Base of every error this project raises on purpose; ``str(error)`` is one readable line."""


class BadInput(CouncilError): ...


class Busy(BadInput): ...


class ConfigError(CouncilError): ...


class MarketError(CouncilError): ...


class NoBars(MarketError): ...


class BadBars(MarketError): ...


class UnknownSymbol(MarketError): ...


class ModelError(CouncilError): ...


class ModelTimeout(ModelError): ...


class ModelRefused(ModelError): ...


class ModelTruncated(ModelError): ...


class ModelEmpty(ModelError): ...


class ModelUnavailable(ModelError): ...


class UnknownPrompt(ModelError): ...


class StructuredError(CouncilError): ...


class NotJson(StructuredError): ...


class TruncatedJson(StructuredError): ...


class SchemaMismatch(StructuredError): ...


class AnswerUnusable(StructuredError):
    """Neither the answer nor the re-ask fitted; ``fault`` is the last reason, ``attempts`` all texts."""

    def __init__(
        self, message: str, fault: StructuredError, attempts: tuple[ModelAnswer, ...]
    ) -> None:
        super().__init__(message)
        self.fault = fault
        self.attempts = attempts


class PipelineError(CouncilError): ...


class WiringError(PipelineError): ...


class MissingKey(PipelineError): ...


class AlreadyBound(PipelineError): ...


class StageTimeout(PipelineError): ...


class StageFailed(PipelineError): ...


class StoreError(CouncilError): ...


class ConcurrencyError(StoreError): ...


class EventConflict(StoreError): ...


class ChainBroken(StoreError): ...


class UnknownEvent(StoreError): ...


class NewerSchema(StoreError): ...


class StoreUnusable(StoreError): ...


class BrokerError(CouncilError): ...


class OrderRefused(BrokerError): ...


class OrderUnknown(BrokerError): ...
