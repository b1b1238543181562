"""What a model's tokens cost, and what may be spent on them: US dollars, exact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import Field

from core.schemas.base import Schema
from core.schemas.model_call import CostSource, Usage

MILLION = Decimal(1_000_000)
PerMillion: TypeAlias = Annotated[Decimal, Field(ge=0, le=10_000)]


class Price(Schema):
    """US dollars a million tokens; ``cached`` of prompt tokens read from a cache (default: ``input``).

    ``request`` is a flat fee a call (a search, a research job). ``as_of`` is when it was looked up.
    """

    input: PerMillion
    output: PerMillion
    cached: PerMillion | None = None
    request: Annotated[Decimal, Field(ge=0, le=1_000)] = Decimal(0)
    as_of: date | None = None

    def cost(self, prompt: int, completion: int, cached: int = 0) -> Decimal:
        """USD of a call with so many tokens; ``completion`` includes reasoning."""
        kept = self.input if self.cached is None else self.cached
        tokens = (prompt - cached) * self.input + cached * kept + completion * self.output
        return self.request + tokens / MILLION


class Budget(Schema):
    """``week_usd`` bounds what one week of the desk may cost; None is no bound."""

    week_usd: Annotated[Decimal, Field(gt=0, le=100_000)] | None = None


PriceTable: TypeAlias = Mapping[str, Price]
"""Model id as asked or as served → its price."""


def priced(usage: Usage, price: Price | None) -> Usage:
    """The usage with a cost: the provider's own figure where it gave one, else the table's."""
    if usage.cost_source is CostSource.PROVIDER or price is None:
        return usage
    cost = price.cost(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens)
    return usage.model_copy(update={"cost_usd": f"{cost:f}", "cost_source": CostSource.PRICE_TABLE})
