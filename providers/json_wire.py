"""JSON as it comes over the wire: numbers keep their digits, NaN is no number."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import NoReturn, Self

from pydantic import JsonValue

from core.well_formed import well_formed


class WrittenFloat(float):
    """A number whose ``str`` is what the sender wrote: a cost of 0.1 stays 0.1, to the last digit."""

    __slots__ = ("digits",)

    digits: str

    def __new__(cls, digits: str) -> Self:
        number = super().__new__(cls, digits)
        number.digits = digits
        return number

    def __str__(self) -> str:
        return self.digits


def decode(raw: bytes | str) -> JsonValue:
    """The JSON value of a body; ValueError for anything else, NaN and Infinity included."""
    try:
        value: JsonValue = json.loads(raw, parse_float=WrittenFloat, parse_constant=_refused)
    except RecursionError:
        too_deep = True
    else:
        too_deep = False
    if too_deep:
        raise ValueError("nested too deeply")
    return value


def decode_whole(raw: bytes) -> JsonValue:
    """As `decode`, with half characters replaced: of a body that is complete no other half comes."""
    value = decode(raw)
    return _whole(value) if b"\\ud" in raw.lower() else value


def _whole(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {well_formed(key): _whole(one) for key, one in value.items()}
    return value


def decimal_of(value: JsonValue) -> Decimal | None:
    """A number, or a text that holds one, exactly; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def count_of(value: JsonValue) -> int:
    """A count of tokens; 0 for what is none."""
    number = decimal_of(value)
    return int(number) if number is not None and 0 < number < 10**12 else 0


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
