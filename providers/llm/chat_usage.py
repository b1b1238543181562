"""Tokens and cost as a chat completion reports them, under the names servers give them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from core.schemas.model_call import CostSource, Usage
from providers.json_wire import count_of, decimal_of

MOST_USD = 1_000_000
FINEST = -40
"""Digits after the point. Beyond these bounds it is no price of a call but a defect of the sender."""


def usage_of(raw: JsonValue, before: Usage | None = None) -> Usage:
    """What the server reported; nothing reported is zero tokens and no cost.

    A cost it reported ``before``, along the way, stands until it reports another.
    """
    if not isinstance(raw, Mapping):
        return Usage()
    cost = _cost(raw)
    if cost is None and before is not None and before.cost_source is CostSource.PROVIDER:
        cost = before.cost_usd
    return Usage(
        prompt_tokens=_first(raw, ("prompt_tokens",), ("input_tokens",)),
        completion_tokens=_first(raw, ("completion_tokens",), ("output_tokens",)),
        reasoning_tokens=_first(
            raw,
            ("completion_tokens_details", "reasoning_tokens"),
            ("output_tokens_details", "reasoning_tokens"),
            ("reasoning_tokens",),
        ),
        cached_tokens=_first(
            raw,
            ("prompt_tokens_details", "cached_tokens"),
            ("input_tokens_details", "cached_tokens"),
            ("prompt_cache_hit_tokens",),
        ),
        cost_usd=cost or "0",
        cost_source=CostSource.NONE if cost is None else CostSource.PROVIDER,
    )


def _cost(raw: Mapping[str, JsonValue]) -> str | None:
    """US dollars to the digit written, as the provider bills them.

    With a maker's key of one's own deposited at a gateway the maker's bill is not in this figure.
    """
    told = raw.get("cost")
    cost = decimal_of(told.get("total_cost") if isinstance(told, Mapping) else told)
    if cost is None or not 0 <= cost <= MOST_USD or int(cost.as_tuple().exponent) < FINEST:
        return None
    return f"{cost:f}"


def _first(raw: Mapping[str, JsonValue], *paths: tuple[str, ...]) -> int:
    return next(filter(None, (count_of(_at(raw, path)) for path in paths)), 0)


def _at(raw: Mapping[str, JsonValue], path: tuple[str, ...]) -> JsonValue:
    *outer, last = path
    for key in outer:
        inner = raw.get(key)
        raw = inner if isinstance(inner, Mapping) else {}
    return raw.get(last)
