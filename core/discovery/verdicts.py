"""A picker's word on the whole market, in arrays; a `Pick` is written out only where one is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from core.discovery.aligned import Bools
from core.market import Floats
from core.schemas.suggestion import Pick, Picker

LONGEST = 400
"""Characters of a reason, as `ShortText` takes them."""


@dataclass(frozen=True)
class Verdicts:
    """One entry a row of the panel: whether it is picked, its score 0-1, and what stands behind it.

    ``eligible`` rows are those whose score may make a pick. ``say`` gives the reasons and the
    unknowns of one row, ``parts`` its partial scores (NaN: unknown).
    """

    picker: Picker
    symbols: tuple[str, ...]
    picked: Bools
    eligible: Bools
    score: Floats
    parts: Mapping[str, Floats]
    say: Callable[[int], tuple[Iterable[str], Iterable[str]]]

    def pick(self, row: int) -> Pick:
        reasons, unknown = self.say(row)
        return Pick(
            symbol=self.symbols[row],
            picker=self.picker,
            picked=bool(self.picked[row]),
            score=_unit(self.score[row]),
            parts={
                name: _unit(values[row])
                for name, values in self.parts.items()
                if np.isfinite(values[row])
            },
            reasons=tuple(reason[:LONGEST] for reason in reasons),
            unknown=tuple(words[:LONGEST] for words in unknown),
        )


def _unit(value: float) -> float:
    """To six decimals: what a machine's last bit makes of a sum must not change an event."""
    return round(min(max(float(value), 0.0), 1.0), 6)
