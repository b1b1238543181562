"""The base of every schema: frozen, no unknown keys, no NaN."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)
]
ShortText: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)
]
Remark: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
"""A `ShortText` that may be empty: nothing is to be said."""
Symbol: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9.]{0,9}$")]
Conviction: TypeAlias = Annotated[float, Field(ge=-2, le=2)]


class Schema(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
