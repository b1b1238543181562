"""The error tree; every message is one line that names the thing, the value and the way out.

CouncilError
├── BadInput             what the person asked for cannot be done as asked (exit code 2)
│   ├── Busy             another process works on it: the same again later
│   └── NotAllowed       whoever asks has not the role for it
├── ConfigError          a configuration file or variable is wrong: file, line, key, allowed values
├── MarketError
│   ├── NoBars           nothing known for a symbol at ``as_of``
│   ├── BadBars          a file or series that cannot be trusted (missing column, text in close, …)
│   ├── UnknownSymbol
│   └── MarketUnavailable the source gave no answer: nothing is known of prices, ask again
├── ModelError           a language model gave no usable answer
│   ├── ModelTimeout     no answer within its deadline
│   ├── ModelRefused     the model declined to answer
│   ├── ModelTruncated   cut off before it said anything
│   ├── ModelEmpty       an answer without text
│   ├── ModelUnavailable the connection or the provider failed
│   │   ├── RateLimited      still 429 after every retry
│   │   ├── AnswerLost       the connection broke after the request went out: it may be billed
│   │   ├── GenerationFailed an error inside HTTP 200
│   │   ├── StreamFailed     an error inside a stream, or a stream that broke off
│   │   └── GarbledAnswer    not what this endpoint's protocol says
│   ├── CallRejected     the provider refuses this call; asking again cannot cure it
│   │   ├── KeyRejected  ├── OutOfCredit     └── UnknownModel (retired or misspelled)
│   └── UnknownPrompt    replay has no recorded answer
├── SpendingStopped      nothing more is paid until somebody decides
│   ├── BudgetExceeded   the next call could break the week's budget
│   ├── PreflightFailed  key, credit or a model id would fail a paid run
│   └── JobUncertain     a paid research job may exist whose id nobody knows
├── StructuredError      an answer that is not the schema asked for
│   ├── NotJson          ├── TruncatedJson   ├── SchemaMismatch
│   └── AnswerUnusable   still so after the one re-ask; keeps every raw answer
├── PipelineError
│   ├── WiringError      found when the pipeline is built, names stage and key
│   ├── MissingKey       ├── AlreadyBound    ├── StageTimeout    ├── StageFailed
│   └── ApprovalPending  the orders wait for a person's word
├── StoreError
│   ├── ConcurrencyError a stale expected version
│   ├── EventConflict    the same event id with another content
│   ├── ChainBroken      names stream and version
│   ├── LeaseLost        another process leads now: this one stopped writing
│   ├── UnknownEvent     ├── NewerSchema     └── StoreUnusable (read-only, full, newer database)
├── RecallError
│   ├── EmbeddingFailed  a text got no vector
│   └── MixedVectors     vectors of another model or length are kept already: they cannot be compared
│       ├── WrongModel   └── WrongDimension
├── AlertNotSent         a channel did not take an alert; it stays in the outbox
├── JobCancelled         somebody asked for it; what is done stays done
└── BrokerError
    ├── OrderRefused     proven not taken; ``kind`` classifies why
    ├── OrderUnknown     may have been taken: look it up, never resend
    ├── OrderLost        the broker, asked by its id, has no such order (any more)
    ├── BrokerUnavailable a question got no answer: nothing is known, least of all "none"
    └── TradingBlocked   broker and ledger differ for this account: it trades again once resolved
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the error tree stands below everything at run time
    from core.schemas.model_call import ModelAnswer, Usage
    from core.schemas.order import RefusalKind


class CouncilError(Exception):
    """Base of every error this project raises on purpose; ``str(error)`` is one readable line."""


class BadInput(CouncilError): ...


class Busy(BadInput): ...


class NotAllowed(BadInput): ...


class ConfigError(CouncilError): ...


class MarketError(CouncilError): ...


class NoBars(MarketError): ...


class BadBars(MarketError): ...


class UnknownSymbol(MarketError): ...


class MarketUnavailable(MarketError): ...


class ModelError(CouncilError):
    """``usage`` is what the failed call cost all the same, where the provider said so."""

    def __init__(self, message: str, *, usage: Usage | None = None) -> None:
        super().__init__(message)
        self.usage = usage


class ModelTimeout(ModelError): ...


class ModelRefused(ModelError): ...


class ModelTruncated(ModelError): ...


class ModelEmpty(ModelError): ...


class ModelUnavailable(ModelError): ...


class RateLimited(ModelUnavailable): ...


class AnswerLost(ModelUnavailable): ...


class GenerationFailed(ModelUnavailable): ...


class StreamFailed(ModelUnavailable): ...


class GarbledAnswer(ModelUnavailable): ...


class CallRejected(ModelError): ...


class KeyRejected(CallRejected): ...


class OutOfCredit(CallRejected): ...


class UnknownModel(CallRejected): ...


class UnknownPrompt(ModelError): ...


class SpendingStopped(CouncilError): ...


class BudgetExceeded(SpendingStopped): ...


class PreflightFailed(SpendingStopped): ...


class JobUncertain(SpendingStopped): ...


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


class ApprovalPending(PipelineError): ...


class StoreError(CouncilError): ...


class ConcurrencyError(StoreError): ...


class EventConflict(StoreError): ...


class ChainBroken(StoreError): ...


class LeaseLost(StoreError): ...


class UnknownEvent(StoreError): ...


class NewerSchema(StoreError): ...


class StoreUnusable(StoreError): ...


class RecallError(CouncilError): ...


class EmbeddingFailed(RecallError): ...


class MixedVectors(RecallError): ...


class WrongModel(MixedVectors): ...


class WrongDimension(MixedVectors): ...


class AlertNotSent(CouncilError): ...


class JobCancelled(CouncilError): ...


class BrokerError(CouncilError): ...


class OrderRefused(BrokerError):
    """``kind`` is what the refusal was about; None where no broker classified it."""

    def __init__(self, message: str, kind: RefusalKind | None = None) -> None:
        super().__init__(message)
        self.kind = kind


class OrderUnknown(BrokerError): ...


class OrderLost(BrokerError): ...


class BrokerUnavailable(BrokerError): ...


class TradingBlocked(BrokerError): ...
