"""Holm's adjustment of several p-values: the chance of any false verdict, not of each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def holm(p_values: Mapping[Name, float | None]) -> dict[Name, float | None]:
    """Adjusted p-values under the same names; None (not tested) stays None and costs nothing.

    Holm, Scandinavian Journal of Statistics 6 (1979): the smallest of m times m, the next times
    m − 1, …, never below the one before and at most 1. Valid however the tests depend.
    """
    tested = sorted((p, index) for index, p in enumerate(p_values.values()) if p is not None)
    adjusted: dict[int, float] = {}
    highest = 0.0
    for rank, (p, index) in enumerate(tested):
        highest = max(highest, min(1.0, p * (len(tested) - rank)))
        adjusted[index] = highest
    return {name: adjusted.get(index) for index, name in enumerate(p_values)}
