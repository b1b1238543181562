"""The ensemble: one score from the pickers that spoke, ranked, with every picker's reasons kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from core.discovery.aligned import Bools
from core.discovery.settings import PICKERS, DiscoverySettings
from core.discovery.verdicts import Verdicts
from core.market import Floats
from core.schemas.suggestion import Pick, Picker, Suggestion
from core.types import deterministic_id


@dataclass(frozen=True, slots=True)
class Ballot:
    """What the ensemble counts: the verdicts given, and why each picker that gave none did not.

    ``may`` says which symbols may be suggested at all: in the universe, tradable, with a bar of the
    newest session. ``price`` USD and ``size`` (dollar volume, breaks ties) one a symbol.
    """

    verdicts: Sequence[Verdicts]
    absent: Mapping[Picker, str]
    may: Bools
    price: Floats
    size: Floats


@dataclass(frozen=True, slots=True)
class Divergence:
    """The metric picker says no, the model says yes: its filters are wrong, or the model is."""

    symbol: str
    metric: Pick
    llm: Pick


@dataclass(frozen=True, slots=True)
class Ranking:
    """``weights`` are those used, summing to 1; ``picked`` how many each picker named."""

    suggestions: tuple[Suggestion, ...]
    divergences: tuple[Divergence, ...]
    weights: Mapping[Picker, float]
    picked: Mapping[Picker, int]


def ensemble(
    ballot: Ballot, settings: DiscoverySettings, strategy: str, as_of: datetime
) -> Ranking:
    """Rank what at least one picker named.

    A picker's score counts where it picked, by its weight among those that spoke. Ties: more pickers
    first, then the larger dollar volume, then the symbol's name.
    """
    weights = renormalised(ballot.verdicts, settings)
    rows, score = _ranked(ballot, weights, settings.max_suggestions)
    suggestions = tuple(
        Suggestion(
            suggestion_id=suggestion_id(strategy, as_of, ballot.verdicts[0].symbols[row]),
            symbol=ballot.verdicts[0].symbols[row],
            as_of=as_of,
            rank=rank,
            score=round(float(score[row]), 6),
            price=float(ballot.price[row]),
            picks=tuple(verdicts.pick(row) for verdicts in ballot.verdicts),
        )
        for rank, row in enumerate(rows, start=1)
    )
    return Ranking(
        suggestions=suggestions,
        divergences=divergences(ballot.verdicts),
        weights=weights,
        picked={one.picker: int((one.picked & ballot.may).sum()) for one in ballot.verdicts},
    )


def renormalised(verdicts: Sequence[Verdicts], settings: DiscoverySettings) -> dict[Picker, float]:
    """The weights of the pickers that spoke, as shares of their sum; equal where all are 0."""
    given = {one.picker: settings.weights.of(one.picker) for one in verdicts}
    total = sum(given.values())
    if total <= 0:
        return {picker: 1 / len(given) for picker in given}
    return {picker: weight / total for picker, weight in given.items()}


def suggestion_id(strategy: str, as_of: datetime, symbol: str) -> str:
    return str(deterministic_id("suggestion", strategy, as_of.isoformat(), symbol))


def divergences(verdicts: Sequence[Verdicts]) -> tuple[Divergence, ...]:
    by_picker = {one.picker: one for one in verdicts}
    metric, llm = by_picker.get(Picker.METRIC), by_picker.get(Picker.LLM)
    if metric is None or llm is None:
        return ()
    rows = np.flatnonzero(~metric.picked & llm.picked)
    return tuple(
        Divergence(metric.symbols[row], metric.pick(int(row)), llm.pick(int(row))) for row in rows
    )


def notes_on_absent(
    absent: Mapping[Picker, str], weights: Mapping[Picker, float]
) -> tuple[str, ...]:
    """One line a picker that did not speak, with what the others weigh instead."""
    others = ", ".join(f"{picker} {weights[picker]:.2f}" for picker in PICKERS if picker in weights)
    return tuple(
        f"{picker} did not pick ({absent[picker]}): {others}"[:400]
        for picker in PICKERS
        if picker in absent
    )


def _ranked(ballot: Ballot, weights: Mapping[Picker, float], most: int) -> tuple[list[int], Floats]:
    """Rows in order of rank, and every row's score, to nine decimals so that ties are ties."""
    score = np.zeros(len(ballot.may))
    votes = np.zeros(len(ballot.may), dtype=np.int64)
    for one in ballot.verdicts:
        score += weights[one.picker] * np.where(one.picked, np.clip(one.score, 0, 1), 0.0)
        votes += one.picked
    score = np.clip(np.round(score, 9), 0, 1)
    named = np.flatnonzero((votes > 0) & ballot.may)
    size = np.nan_to_num(ballot.size)[named]
    symbols = np.array(ballot.verdicts[0].symbols, dtype=str)[named]
    order = np.lexsort((symbols, -size, -votes[named], -score[named]))
    return [int(row) for row in named[order][:most]], score
