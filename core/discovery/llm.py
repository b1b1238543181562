"""The model picker: one question, and of the answer only what exists and may be traded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.discovery.aligned import Bools
from core.discovery.panel import Panel
from core.discovery.verdicts import Verdicts
from core.schemas.discovery import DiscoveryAnswer, NamedSymbol
from core.schemas.suggestion import Picker

BY = "by "
"""Before the model that answered, in a pick's last reason."""
UNKNOWN = "named by the model, not in the universe"
STALE = "named by the model, no bar of the newest session"
TWICE = "named by the model twice"
TOO_MANY = "named by the model beyond what was asked for"


@dataclass(frozen=True, slots=True)
class Heard:
    """What of an answer counts; ``dropped`` holds by reason the symbols as the model wrote them."""

    verdicts: Verdicts
    dropped: Mapping[str, tuple[str, ...]]
    market_view: str


def pick_llm(
    panel: Panel, answer: DiscoveryAnswer, may: Bools, max_picks: int, model: str
) -> Heard:
    """The symbols ``model`` named that have a row and may be suggested; everything else is counted."""
    kept: dict[int, NamedSymbol] = {}
    dropped: dict[str, list[str]] = {}
    for named in answer.picks:
        row = panel.index.get(spelled(named.symbol))
        why = _refused(row, kept, may)
        if why is None and len(kept) >= max_picks:
            why = TOO_MANY
        if why is not None or row is None:
            dropped.setdefault(why or UNKNOWN, []).append(named.symbol)
            continue
        kept[row] = named
    return Heard(
        verdicts=_verdicts(panel, kept, model),
        dropped={why: tuple(names) for why, names in dropped.items()},
        market_view=answer.market_view,
    )


def spelled(symbol: str) -> str:
    """As the exchange writes it: capitals, no leading dollar sign, a dot before a share's class."""
    return symbol.strip().lstrip("$").upper().replace("-", ".").replace("/", ".")


def _refused(row: int | None, kept: Mapping[int, NamedSymbol], may: Bools) -> str | None:
    if row is None:
        return UNKNOWN
    if row in kept:
        return TWICE
    return None if may[row] else STALE


def _verdicts(panel: Panel, kept: Mapping[int, NamedSymbol], model: str) -> Verdicts:
    score = np.zeros(len(panel.symbols))
    for row, named in kept.items():
        score[row] = named.score
    picked = np.zeros(len(panel.symbols), dtype=bool)
    picked[list(kept)] = True

    def say(row: int) -> tuple[list[str], list[str]]:
        return (
            [kept[row].reason, f"{BY}{model}"] if row in kept else [f"not named, {BY}{model}"]
        ), []

    return Verdicts(
        picker=Picker.LLM,
        symbols=panel.symbols,
        picked=picked,
        eligible=np.ones(len(panel.symbols), dtype=bool),
        score=score,
        parts={},
        say=say,
    )
