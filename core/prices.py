"""What a model's tokens cost, and what may be spent on them: US dollars, exact."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeAlias

from pydantic import Field

from core.profile import RULES_VENDOR
from core.schemas.base import Schema
from core.schemas.model_call import CostSource, ModelRequest, Usage

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
        cached = min(cached, prompt)  # some servers leave them out of the prompt's count
        tokens = (prompt - cached) * self.input + cached * kept + completion * self.output
        return self.request + tokens / MILLION


class Budget(Schema):
    """``week_usd`` bounds what one week of the desk may cost; None is no bound."""

    week_usd: Annotated[Decimal, Field(gt=0, le=100_000)] | None = None


PriceTable: TypeAlias = Mapping[str, Price]
"""Model id as asked or as served → its price."""

FREE = Price(input=Decimal(0), output=Decimal(0))
SEARCHING, COSTS_NOTHING = ":online", ":free"
VARIANTS = (":nitro", ":floor", ":exacto")
"""OpenRouter's ways to choose among the sellers of one model; its price stands for all of them."""
DATED = re.compile(r"-(?:20\d{6}|20\d\d-\d\d-\d\d)$")
"""The day of a snapshot, as makers put it behind a name; it costs what the name does."""
FOUND_TOKENS = 12_000
"""What a search of OpenRouter may put into a prompt, at the very most."""
CHARACTERS_A_TOKEN = 3


def base_id(model: str) -> str:
    """The id a virtual suffix (``:online``, ``:nitro``, …) was put behind."""
    for suffix in (SEARCHING, *VARIANTS):
        model = model.removesuffix(suffix)
    return model


def never(_model: str) -> bool:
    """No endpoint is free."""
    return False


@dataclass(frozen=True, slots=True)
class PriceList:
    """The table, and which models cost nothing: those of ``free`` endpoints and the rules'."""

    table: PriceTable
    free: Callable[[str], bool] = never

    def of(self, model: str) -> Price | None:
        """The price of a model as it is asked; None when nobody wrote one down."""
        if model.startswith(f"{RULES_VENDOR}/") or model.endswith(COSTS_NOTHING):
            return FREE
        if self.free(model):
            return FREE
        found = self.table.get(model)
        if found is None and not model.endswith(SEARCHING):
            bare = base_id(model)
            found = self.table.get(bare, self.table.get(DATED.sub("", bare)))
        return found

    def costs_nothing(self, model: str) -> bool:
        return self.of(model) == FREE

    def of_answer(self, asked: str, served: str) -> Price | None:
        """The served model's price when it has one of its own, else that of the one asked.

        Served ids are spelled as their maker likes (``claude-4.6-sonnet-20260217``), and a model
        that searched is served under the name of the one that did not.
        """
        asked_price = self.of(asked)
        if asked_price is not None and (asked_price == FREE or base_id(asked) == base_id(served)):
            return asked_price
        return self.table.get(served, asked_price)

    def worst_case(self, request: ModelRequest) -> Decimal | None:
        """USD the call can cost at most: its prompt, counted generously, and a full answer.

        None for a model without a price.
        """
        price = self.of(request.model)
        if price is None:
            return None
        found = FOUND_TOKENS if request.model.endswith(SEARCHING) else 0
        return price.cost(prompt_tokens(request) + found, request.max_tokens)


def prompt_tokens(request: ModelRequest) -> int:
    """Tokens of a prompt at the most: a third of its bytes, its schema included, rounded up."""
    texts = [message.content for message in request.messages]
    if request.json_schema is not None:
        texts.append(json.dumps(request.json_schema))
    return -(-sum(len(text.encode()) for text in texts) // CHARACTERS_A_TOKEN)


def priced(usage: Usage, price: Price | None) -> Usage:
    """The usage with a cost: the provider's own figure where it gave one, else the table's.

    Without any count of tokens a cost by tokens is unknown, and stays so.
    """
    if usage.cost_source is CostSource.PROVIDER or price is None:
        return usage
    counted = usage.prompt_tokens or usage.completion_tokens
    if not counted and (price.input or price.output):
        return usage
    cost = price.cost(usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens)
    return usage.model_copy(update={"cost_usd": f"{cost:f}", "cost_source": CostSource.PRICE_TABLE})
