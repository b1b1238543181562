"""One question to a language model and its answer, as every adapter takes and gives it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from core.schemas.base import Schema
from core.well_formed import WellFormed


class Message(Schema):
    role: Literal["system", "user", "assistant"]
    content: str


class FinishReason(StrEnum):
    STOP = "stop"
    LENGTH = "length"
    REFUSAL = "refusal"
    ERROR = "error"
    UNKNOWN = "unknown"


class CostSource(StrEnum):
    PROVIDER = "provider"
    PRICE_TABLE = "price_table"
    NONE = "none"


class ModelRequest(Schema):
    """``call`` names the call within its run (``pitch/acct_1``), ``attempt`` counts re-asks from 1.

    ``brief`` is the typed material the prompt was rendered from: rules adapters read it, wire
    adapters must not look at it. It is not part of the request's hash, the rendered messages are.
    ``timeout_s`` bounds the whole call, retries included, and is not part of what is asked.
    ``json_schema`` goes over the wire; in the log its ``schema_hash`` stands for it.
    """

    call: str
    attempt: int = 1
    model: str
    messages: tuple[Message, ...]
    schema_name: str | None = None
    json_schema: Mapping[str, JsonValue] | None = Field(default=None, exclude=True, repr=False)
    schema_hash: str = ""
    temperature: float = 0.0
    max_tokens: int = 4_000
    timeout_s: float = Field(default=180.0, exclude=True)
    prompt_hash: str = ""
    brief: BaseModel | None = Field(default=None, exclude=True, repr=False)


class Usage(Schema):
    """Tokens; ``cost_usd`` as a decimal string in US dollars, with where the figure came from."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: str = "0"
    cost_source: CostSource = CostSource.NONE


class ModelAnswer(Schema):
    """``text`` exactly as the model wrote it; ``served_model`` is the one that really answered.

    Half a character, which no store can hold, is the only thing ever replaced in it.
    ``reasoning`` is what the provider shows of its thoughts (never parsed, never shown to another
    model), ``provider`` the adapter that was asked (``openrouter``, ``anthropic``, ``rules``, …).
    """

    text: WellFormed
    served_model: WellFormed
    reasoning: WellFormed = ""
    provider: str = ""
    finish_reason: FinishReason = FinishReason.STOP
    usage: Usage = Usage()
    latency_ms: float = Field(default=0.0, exclude=True)
