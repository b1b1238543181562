"""What the desk is connected to: endpoints of language models, the broker, the chain of market data."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from core.schemas.base import Schema

BrokerName: TypeAlias = Literal["simulated", "alpaca", "alpaca_mcp"]
MarketName: TypeAlias = Literal["alpaca", "alpaca_mcp", "yfinance", "files", "simulated"]
NewsName: TypeAlias = Literal["auto", "none", "alpaca", "alpaca_mcp", "yfinance", "files"]
CompanyName: TypeAlias = Literal["auto", "none", "yfinance"]
Url: TypeAlias = Annotated[str, StringConstraints(pattern=r"^https?://[^\s@]+$", max_length=300)]
VariableName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{2,60}$")]


class ProviderSpec(Schema):
    """One endpoint of language models.

    ``concurrency`` calls at once and ``per_minute`` calls a minute at most. ``structured`` is what
    the endpoint can hold an answer to: a JSON Schema, a JSON object, or nothing but the prompt.
    ``base_url`` makes it any server that speaks the OpenAI protocol (no key needed); ``key`` names
    the variable that holds its key when it wants one. ``free`` endpoints cost nothing.
    """

    concurrency: int = Field(default=8, ge=1, le=256)
    per_minute: int = Field(default=120, ge=1, le=100_000)
    structured: Literal["json_schema", "json_object", "prompt"] = "json_schema"
    stream: bool = True
    base_url: Url | None = None
    key: VariableName | None = None
    free: bool = False


class ConnectionsFile(Schema):
    """``broker`` executes orders; ``market_data`` are the sources of prices, tried in this order.

    ``feed`` is the tape Alpaca's bars come from: ``sip`` all exchanges, ``iex`` one of them.
    ``news`` are the headlines a trading cycle sees, ``companies`` who tells discovery a company's
    sector, market capitalisation and beta.
    """

    broker: BrokerName
    market_data: tuple[MarketName, ...] | Literal["auto"]
    feed: Literal["sip", "iex"] = "sip"
    news: NewsName = "auto"
    companies: CompanyName = "auto"

    @model_validator(mode="after")
    def _each_source_once(self) -> Self:
        if self.market_data != "auto" and len(set(self.market_data)) != len(self.market_data):
            raise ValueError("market_data names a source twice: keep one")
        if not self.market_data:
            raise ValueError("market_data is empty: name a source, or write auto")
        return self
