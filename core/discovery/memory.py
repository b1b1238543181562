"""What similar past trades do to a fuzzy score: a little, signed by how they ended, and said in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from core.discovery.brief import setup_words
from core.discovery.facts import Facts
from core.discovery.fuzzy import Adjustment
from core.discovery.measures import Measures
from core.discovery.settings import FuzzyScores
from core.discovery.verdicts import Verdicts
from core.ports import Recall
from core.schemas.setups import Collection, Neighbour

NEIGHBOURS = 4


def adjustments(
    verdicts: Verdicts,
    measures: Measures,
    facts: Facts,
    settings: FuzzyScores,
    recall: tuple[Recall, datetime],
) -> dict[str, Adjustment]:
    """Of the best-scored ``memory_candidates`` symbols, those with similar trades known at that instant."""
    memory, as_of = recall
    found: dict[str, Adjustment] = {}
    score = np.where(verdicts.eligible, verdicts.score, -1.0)
    for row in np.argsort(-score, kind="stable")[: settings.memory_candidates]:
        if score[row] < 0:
            break
        symbol = verdicts.symbols[row]
        text = setup_words(facts.of(symbol).sector, measures, int(row))
        near = memory.similar(Collection.SETUPS, text, as_of, NEIGHBOURS)
        change = adjustment(near, settings)
        if change is not None:
            found[symbol] = change
    return found


def adjustment(near: Sequence[Neighbour], settings: FuzzyScores) -> Adjustment | None:
    """None without a similar trade whose return is known; nearer ones weigh more."""
    usable = [
        one
        for one in near
        if one.distance <= settings.memory_distance and "return" in one.document.outcome
    ]
    if not usable:
        return None
    weights = np.array([1 - one.distance / 2 for one in usable])
    returns = np.array([one.document.outcome["return"] for one in usable])
    mean = float(weights @ returns / weights.sum())
    change = settings.memory * float(np.clip(mean / settings.memory_return, -1, 1))
    lost = int((returns < 0).sum())
    distances = ", ".join(f"{one.distance:.2f}" for one in usable)
    reason = (
        f"{len(usable)} similar trades, {lost} lost, mean {mean:+.1%}: {change:+.3f} "
        f"(distances {distances})"
    )
    return Adjustment(change, reason)
